import secrets
from datetime import datetime
from uuid import UUID

from django.db.models import Case as Choice
from django.db.models import F, Value, When
from django.utils.translation import gettext_lazy as _

from apps.cases.models import Attachment, Case, Change, Step
from apps.kernel.holdings import Holding, Kept, Obstacle, Sheet, Whose, holdings, sheet

GONE = "-"
"""Where the table wants something: what was sent had an address and a number."""


def _subjects(citizen: UUID) -> list[str]:
    return [case.payable for case in Case.objects.filter(citizen=citizen)]


def _export(whose: Whose) -> list[Sheet]:
    """What officers noted among themselves is the post's; who they are is theirs."""
    theirs = Case.objects.filter(citizen=whose.citizen)
    rows = [row for case in theirs for row in case.procedure.workflow]
    private = {row.name for row in rows if row.private}
    half = {row.name for row in rows if row.private_note}
    told = Step.objects.filter(case__in=theirs).exclude(move__in=private)
    of_a_step = ("case__number", "move", "source", "target", "by", "reasons", "at")
    return [
        sheet(
            theirs,
            *("id", "number", "kind", "service", "status", "post", "urgency", "particulars", "delivery", "ship_to"),
            *("tracking", "created_at", "submitted_at", "fee_settled_at", "due_on", "expected_on"),
        ),
        sheet(told.exclude(move__in=half), *of_a_step, "note"),
        sheet(Attachment.objects.filter(case__in=theirs), "case__number", "material", "file", "attached_at"),
        sheet(told.filter(move__in=half), *of_a_step),
    ]


def _erase(whose: Whose, at: datetime) -> None:
    """Number, kind, dates and history stay; whom it was about and what was written goes."""
    theirs = Case.objects.filter(citizen=whose.citizen)
    Step.objects.filter(case__in=theirs).exclude(note="").update(note="")
    Change.objects.filter(citizen=whose.citizen).delete()
    for case in theirs:
        theirs.filter(pk=case.pk).update(
            particulars={},
            person=secrets.token_hex(32),
            ship_to=_gone("ship_to"),
            tracking=_gone("tracking"),
            version=F("version") + 1,
            updated_at=at,
        )


def _gone(field: str) -> Choice:
    return Choice(When(**{field: ""}, then=Value("")), default=Value(GONE))


def _obstacles(whose: Whose) -> list[Obstacle]:
    if not Case.objects.filter(citizen=whose.citizen).live().exists():
        return []
    way_out = _("Withdraw the application, or wait until you have your document.")
    return [Obstacle("case_alive", _("An application is not finished yet."), way_out)]


holdings.add(
    "cases",
    Holding(
        label=_("Your applications and what happened to them"),
        models=(Case, Step, Attachment, Change),
        export=_export,
        erase=_erase,
        subjects=_subjects,
        obstacles=_obstacles,
        kept=(
            Kept(
                what=_("Number, kind, post, dates and steps of applications, without your name, answers and papers"),
                basis=_("Archives Law, article 13"),
            ),
        ),
    ),
)
