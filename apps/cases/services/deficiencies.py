"""All defects in one list; what was visible before is asked for again only by a supervisor (R30)."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from apps.cases.models import Case
from apps.cases.services.holding import SUPERVISE
from apps.kernel.errors import Forbidden
from apps.kernel.workflow import Actor, Move

ASK = "ask"


def visible_before(case: Case, reasons: Sequence[str]) -> list[str]:
    """Of these deficiencies, those an earlier request could have named: their paper was not sent since."""
    last = case.history.filter(move=ASK).order_by("-pk").first()
    if last is None:
        return []
    sent_since = set(case.attachments.filter(attached_at__gt=last.at).values_list("material", flat=True))
    return [code for code in reasons if case.procedure.concerns.get(code) not in sent_since]


def asked_for(case: Case) -> set[str]:
    """The materials that requests have named, whatever the answers alone would ask for."""
    asks = [step for step in case.history.all() if step.move == ASK] if case.submitted_at else []
    named = {case.procedure.concerns.get(code, "") for step in asks for code in step.reasons}
    return named - {""}


def check_repeats(case: Case, row: Move, reasons: Sequence[str], actor: Actor) -> int:
    """1 for a request that repeats, else 0. Raises ``Forbidden`` (``needs_supervisor``)."""
    if row.name != ASK or not visible_before(case, reasons):
        return 0
    if not actor.user.has_perm(SUPERVISE):
        raise Forbidden(
            _("This could have been asked for the first time. Only a supervisor may ask for it now."),
            code="needs_supervisor",
        )
    return 1
