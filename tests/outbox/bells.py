"""Facts and reactions for tests. A worker process may import this as well.

Every run that is not rolled back leaves one audit entry; ``BEFORE`` lets a test say what happens first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models.functions import Now
from django.utils.timezone import now

from apps.audit.models import Entry
from apps.audit.services import record
from apps.kernel.workflow import SYSTEM
from apps.outbox.events import Event, Job, effect, on, on_many
from apps.outbox.models import Delivery

BEFORE: dict[str, Callable[[], None]] = {}
JOBS: list[Job] = []
TOGETHER: list[list[str]] = []
"""The letters of each round, failed ones too."""


@dataclass(frozen=True, slots=True)
class BellRang(Event):
    bell: str


@dataclass(frozen=True, slots=True)
class ParcelLeft(Event):
    parcel: str


@dataclass(frozen=True, slots=True)
class LetterCame(Event):
    letter: str


@dataclass(frozen=True, slots=True)
class Whispered(Event):
    """Nobody reacts to this one."""

    word: str


def note(action: str, subject: str) -> None:
    record(actor=SYSTEM, action=action, subject=subject, at=now())


def failing(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def come_due() -> None:
    """As if the wait, or the lease, were over."""
    Delivery.objects.exclude(due_at=None).update(due_at=Now())


def noted(subject: str) -> int:
    return Entry.objects.about(subject).count()


@on(BellRang)
def answer(event: BellRang) -> None:
    note("answered", event.bell)
    BEFORE.get(event.bell, lambda: None)()


@on(BellRang, when=lambda event: event.bell.startswith("loud"), queue="messages")
def complain(event: BellRang) -> None:
    note("complained", f"{event.bell}:complaint")


@effect(ParcelLeft)
def carry(event: ParcelLeft, job: Job) -> None:
    JOBS.append(job)
    BEFORE.get(event.parcel, lambda: None)()
    with job.finish():
        note("carried", event.parcel)


@effect(ParcelLeft, when=lambda event: event.parcel == "dropped", queue="files")
def drop(event: ParcelLeft, job: Job) -> None:
    """Reaches outside and has nothing to record."""


@on_many(LetterCame)
def sort(came: Sequence[LetterCame]) -> None:
    TOGETHER.append([event.letter for event in came])
    for event in came:
        note("sorted", event.letter)
        BEFORE.get(event.letter, lambda: None)()
