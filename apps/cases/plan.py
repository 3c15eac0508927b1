"""The way of a case as steps with days, and its clock. Pure: from the history, the calendar and the post's target.

R22, R33: working days run while the post has to act, and stand still while the citizen or the issuing authority has.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.cases.statuses import FINAL, MADE, STOPPED, Status


class Stage(TextChoices):
    """What everybody goes through, whatever the procedure calls it."""

    APPLY = "apply", _("Application")
    REVIEW = "review", _("Review")
    PAY = "pay", _("Fee")
    MAKE = "make", _("Making the document")
    RECEIVE = "receive", _("Receiving it")


class Progress(StrEnum):
    DONE = "done"
    CURRENT = "current"
    PLANNED = "planned"


class Waiting(StrEnum):
    """For whom the clock stands still."""

    YOU = "you"
    ISSUER = "issuer"


STAGE_OF = {
    Status.DRAFT: Stage.APPLY,
    Status.SUBMITTED: Stage.REVIEW,
    Status.PRELIMINARY_REVIEW: Stage.REVIEW,
    Status.INFO_REQUESTED: Stage.REVIEW,
    Status.ISSUER_VERIFICATION: Stage.REVIEW,
    Status.FINAL_REVIEW: Stage.REVIEW,
    Status.PAYMENT_DUE: Stage.PAY,
    Status.PRODUCTION: Stage.MAKE,
    Status.LOST_IN_MAIL: Stage.MAKE,
    Status.READY_TO_COLLECT: Stage.RECEIVE,
    Status.READY_TO_SHIP: Stage.RECEIVE,
    Status.SHIPPED: Stage.RECEIVE,
    Status.COLLECTED: Stage.RECEIVE,
    Status.DELIVERED: Stage.RECEIVE,
}


class Moved(Protocol):
    """A row of the history."""

    source: str
    target: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Planned:
    """``on`` is when it was done, or by when it should be; nothing while that depends on somebody else."""

    stage: Stage
    progress: Progress
    on: date | None


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood still from ``since``; ``until`` is empty while it still does."""

    waiting_for: Waiting
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Plan:
    stages: list[Planned]
    pauses: list[Pause]

    @property
    def stopped(self) -> Pause | None:
        """The pause that lasts."""
        return next((pause for pause in self.pauses if pause.until is None), None)


def plan(
    *,
    status: Status,
    history: Sequence[Moved],
    expected_on: date | None,
    paid_first: bool,
    day_of: Callable[[datetime], date],
) -> Plan:
    """``history`` oldest first; ``day_of`` is the calendar day at the post. An ended case has only what was done."""
    order = _order(paid_first=paid_first)
    if status in FINAL and status not in STAGE_OF:
        return Plan([done for done in _done(order, history, day_of) if done.on], pauses(history))
    current = order.index(STAGE_OF[status])
    stages = []
    for place, found in enumerate(_done(order, history, day_of)):
        if place < current or status in FINAL:
            stages.append(found)
        else:
            progress = Progress.CURRENT if place == current else Progress.PLANNED
            stages.append(Planned(found.stage, progress, _by_when(found.stage, status, expected_on)))
    return Plan(stages, pauses(history))


def _order(*, paid_first: bool) -> list[Stage]:
    if paid_first:
        return [Stage.APPLY, Stage.PAY, Stage.REVIEW, Stage.MAKE, Stage.RECEIVE]
    return list(Stage)


def _by_when(stage: Stage, status: Status, expected_on: date | None) -> date | None:
    """The promise is for the finished document; while the clock stands still there is none."""
    return expected_on if stage is Stage.MAKE and status not in STOPPED | MADE else None


def _done(order: Iterable[Stage], history: Sequence[Moved], day_of: Callable[[datetime], date]) -> list[Planned]:
    """Each stage with the day on which it was left for good."""
    left: dict[Stage, date] = {}
    for step in history:
        stage = STAGE_OF.get(Status(step.source))
        if stage and (step.source != step.target or step.target in FINAL):
            left[stage] = day_of(step.at)
    return [Planned(stage, Progress.DONE, left.get(stage)) for stage in order]


def pauses(history: Sequence[Moved]) -> list[Pause]:
    """Every stretch in which somebody else had to act."""
    found: list[Pause] = []
    for step in history:
        if found and found[-1].until is None and step.source != step.target:
            found[-1] = Pause(found[-1].waiting_for, found[-1].since, step.at)
        if step.target in STOPPED and step.source != step.target:
            waiting = Waiting.ISSUER if step.target == Status.ISSUER_VERIFICATION else Waiting.YOU
            found.append(Pause(waiting, step.at, None))
    return found
