"""The moves an officer can make now, as forms; and what was typed into them."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.cases.models import Case
from apps.cases.statuses import Status
from apps.kernel.errors import DomainError, Stale
from apps.kernel.workflow import Actor, Move

STALE = gettext_lazy(
    "Somebody changed this case after you opened the page. You now see it as it is: look again, then decide."
)
LACKS = {
    "application": gettext_lazy("The application is not complete."),
    "fee": gettext_lazy("The fee has not been paid."),
}
TONES: dict[str, str] = {Status.REFUSED: "danger", Status.RETURNED: "plain", Status.INFO_REQUESTED: "plain"}


class Typed(forms.Form):
    """What came back from the page. ``reasons`` are checked by the service, against the list of the move."""

    move = forms.CharField(max_length=32)
    version = forms.IntegerField(min_value=0)
    note = forms.CharField(max_length=4000, required=False)
    post = forms.CharField(max_length=3, required=False)
    tracking = forms.CharField(max_length=64, required=False)

    def __init__(self, sent: QueryDict) -> None:
        super().__init__(sent)
        self.reasons = sent.getlist("reasons")


@dataclass(frozen=True, slots=True)
class Choice:
    """One button, and what has to be filled in before it is pressed."""

    name: str
    label: str
    tone: str
    becomes: str
    asks: bool
    reasons: list[dict[str, Any]]
    note: str
    lacks: list[str]
    is_open: bool


def choices(case: Case, *, actor: Actor, typed: Typed | None = None) -> list[Choice]:
    """Straight from the workflow table, in its order."""
    rows = case.procedure.workflow.open_to(actor, status=case.status, subject=case)
    return [_choice(case, row, typed if typed and typed.data.get("move") == row.name else None) for row in _first(rows)]


def _first(rows: list[Move]) -> list[Move]:
    """Of several rows with one name the engine follows the first that fits."""
    return list({row.name: row for row in reversed(rows)}.values())[::-1]


def _choice(case: Case, row: Move, typed: Typed | None) -> Choice:
    known = case.procedure.reasons.get(row.asks, {})
    picked = typed.reasons if typed else []
    lacking = [lack for need in row.needs if (lack := need(case))]
    return Choice(
        name=row.name,
        label=str(row.label),
        tone=TONES.get(row.target, "primary"),
        becomes=str(Status(row.target).label),
        asks=bool(row.asks),
        reasons=[{"code": code, "label": words, "is_picked": code in picked} for code, words in known.items()],
        note=typed.data.get("note", "") if typed else "",
        lacks=[str(LACKS.get(lack, _("Something is still missing."))) for lack in lacking],
        is_open=typed is not None,
    )


def explain(error: DomainError) -> str:
    """What to tell the officer: the sentence, then every single fault."""
    sentence = str(STALE if isinstance(error, Stale) else error.detail)
    return " ".join([sentence, *(str(fault.detail) for fault in error.faults)])
