from dataclasses import dataclass

from apps.outbox.events import Event


@dataclass(frozen=True, slots=True)
class ExportRequested(Event):
    """Somebody wants a copy of their data."""

    export: str


@dataclass(frozen=True, slots=True)
class ExportReady(Event):
    """The copy can be read."""

    export: str


@dataclass(frozen=True, slots=True)
class ErasureRequested(Event):
    """Nobody can act for the citizen any more; what is held has to go."""

    citizen: str


@dataclass(frozen=True, slots=True)
class PersonErased(Event):
    """All is gone, except the addresses at which the accounts that go as well are told so."""

    citizen: str


@dataclass(frozen=True, slots=True)
class FarewellSaid(Event):
    """The last message is on its way."""

    citizen: str
