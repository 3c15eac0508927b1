from dataclasses import dataclass

from apps.outbox.events import Event


@dataclass(frozen=True, slots=True)
class FileReceived(Event):
    """An upload is complete and waits in quarantine."""

    file: str


@dataclass(frozen=True, slots=True)
class FileCleaned(Event):
    """A worker has looked at an upload; ``status`` is ``clean`` or ``rejected``."""

    file: str
    status: str


@dataclass(frozen=True, slots=True)
class FileDiscarded(Event):
    """Nobody needs a file any more."""

    file: str


@dataclass(frozen=True, slots=True)
class DocumentIssued(Event):
    """A document is live."""

    issue: str
    subject: str


@dataclass(frozen=True, slots=True)
class DocumentVoided(Event):
    """A document that was live, or still being made, is void."""

    issue: str
    subject: str
