"""What the citizen will read, before it is sent (R30): the very message, with the facts of a move not yet made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.accounts.services import addressee
from apps.cases.models import Case, Step
from apps.cases.services.facts import facts
from apps.kernel.workflow import By
from apps.notifications import services as notifications

SHOWN_AS = {"propose_refusal": "refuse"}
"""A proposal is not told; the decision that repeats its words is."""


@dataclass(frozen=True, slots=True)
class Preview:
    title: str
    body: str
    language: str


def preview(*, case: Case, name: str, reasons: Sequence[str], note: str, at: datetime) -> Preview | None:
    """In the language of who will read it; nothing where a move is not told, or there is nobody to tell."""
    told_as = SHOWN_AS.get(name, name)
    template = case.procedure.messages.get(told_as)
    rows = [row for row in case.procedure.workflow if row.name == told_as]
    user = addressee(citizen=case.citizen, first=case.applicant)
    if template is None or not rows or user is None:
        return None
    step = Step(
        case=case, move=told_as, source=case.status, target=rows[0].target, by=By.OFFICER,
        reasons=list(reasons), note=note, at=at,
    )  # fmt: skip
    said = facts(case=case, step=step, language=user.language, at=at)
    text = notifications.compose(user=user, template=template, facts=said, at=at)
    return Preview(text.title, text.body, user.language)
