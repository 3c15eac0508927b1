"""The moves an officer can make now, as forms; and what was typed into them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.cases.models import Case
from apps.cases.services import can_be_reopened, is_held_by_another, visible_before
from apps.cases.statuses import Status
from apps.kernel.errors import DomainError, Stale
from apps.kernel.workflow import Actor, Move
from apps.posts.models import Service

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
    is_told: bool
    posts: list[dict[str, Any]]
    tracking: str | None
    act: str


GRAVE = {"refuse"}
"""Confirmed with the passkey at the moment of deciding, so that nobody can have left a screen open (R31)."""


def act(case: Case, name: str, version: int) -> str:
    """What an officer stands behind with a passkey; empty for a move that needs none."""
    return f"case:{case.pk}:{name}:{version}" if name in GRAVE else ""


def choices(case: Case, *, actor: Actor, at: datetime, typed: Typed | None = None) -> list[Choice]:
    """Straight from the workflow table, in its order; without what makes no sense for this officer now."""
    rows = case.procedure.workflow.open_to(actor, status=case.status, subject=case)
    sensible = [row for row in _first(rows) if _makes_sense(case, row, actor, at)]
    return [_choice(case, row, typed if typed and typed.data.get("move") == row.name else None) for row in sensible]


def _makes_sense(case: Case, row: Move, actor: Actor, at: datetime) -> bool:
    """Nobody takes over from oneself, gives back what nobody holds, or decides on a proposal of one's own."""
    is_mine = case.officer_id == actor.user.pk
    if row.name == "release":
        return is_mine or is_held_by_another(case, officer=actor.user, at=at)
    if row.name == "take_back":
        return can_be_reopened(case, at)
    if row.name == "take_over" and is_mine:
        return False
    is_own_proposal = case.status == Status.FINAL_REVIEW and case.proposed_by == actor.user
    return not (is_own_proposal and row.name in {"refuse", "take_over"})


def _first(rows: list[Move]) -> list[Move]:
    """Of several rows with one name the engine follows the first that fits."""
    return list({row.name: row for row in reversed(rows)}.values())[::-1]


def _choice(case: Case, row: Move, typed: Typed | None) -> Choice:
    known = case.procedure.reasons.get(row.asks, {})
    picked = typed.reasons if typed else []
    repeated = visible_before(case, list(known)) if row.asks == "deficiencies" else []
    lacking = [lack for need in row.needs if (lack := need(case))]
    return Choice(
        name=row.name,
        label=str(row.label),
        tone=TONES.get(row.target, "primary"),
        becomes=str(Status(row.target).label),
        asks=bool(row.asks),
        reasons=[
            {"code": code, "label": words, "is_picked": code in picked, "is_repeated": code in repeated}
            for code, words in known.items()
        ],
        note=typed.data.get("note", "") if typed else "",
        lacks=[str(LACKS.get(lack, _("Something is still missing."))) for lack in lacking],
        is_open=typed is not None,
        is_told=bool(row.asks) and not row.private_note,
        posts=_posts(case, typed) if "post" in row.wants else [],
        tracking=(typed.data.get("tracking", "") if typed else "") if "tracking" in row.wants else None,
        act=act(case, row.name, case.version),
    )


def _posts(case: Case, typed: Typed | None) -> list[dict[str, Any]]:
    """Those that could take the case over."""
    picked = typed.data.get("post", "") if typed else ""
    offers = Service.objects.open().filter(code=case.service).exclude(post=case.post_id).select_related("post")
    return [{"code": found.post_id, "name": found.post.name, "is_picked": found.post_id == picked} for found in offers]


def explain(error: DomainError) -> str:
    """What to tell the officer: the sentence, then every single fault."""
    sentence = str(STALE if isinstance(error, Stale) else error.detail)
    return " ".join([sentence, *(str(fault.detail) for fault in error.faults)])
