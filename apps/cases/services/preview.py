"""What the citizen will read, before it is sent (R30): the very message, with the facts of a move not yet made."""

from collections.abc import Sequence
from datetime import datetime

from apps.cases.models import Case, Step
from apps.cases.services.facts import facts
from apps.kernel.workflow import By
from apps.notifications import services as notifications
from apps.notifications.rendering import Text

SHOWN_AS = {"propose_refusal": "refuse"}
"""A proposal is not told; the decision that repeats its words is."""


def preview(*, case: Case, name: str, reasons: Sequence[str], note: str, at: datetime) -> Text | None:
    """In the citizen's own language; nothing where a move is not told to anybody."""
    told_as = SHOWN_AS.get(name, name)
    template = case.procedure.messages.get(told_as)
    rows = [row for row in case.procedure.workflow if row.name == told_as]
    if template is None or not rows:
        return None
    step = Step(
        case=case, move=told_as, source=case.status, target=rows[0].target, by=By.OFFICER,
        reasons=list(reasons), note=note, at=at,
    )  # fmt: skip
    said = facts(case=case, step=step, language=case.applicant.language, at=at)
    return notifications.compose(user=case.applicant, template=template, facts=said, at=at)
