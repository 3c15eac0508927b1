from dataclasses import dataclass

from apps.outbox.events import Event


@dataclass(frozen=True, slots=True)
class PassportFrozen(Event):
    """A passport was reported lost and may no longer be used."""

    report: str
    citizen: str
