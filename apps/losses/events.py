from dataclasses import dataclass

from apps.outbox.events import Event


@dataclass(frozen=True, slots=True)
class PassportFrozen(Event):
    """A passport was reported lost and may no longer be used."""

    report: str
    citizen: str


@dataclass(frozen=True, slots=True)
class IssuerNotified(Event):
    """The issuing authority was asked to declare a passport void; said again for every reminder."""

    report: str
    citizen: str
    notice: str


@dataclass(frozen=True, slots=True)
class VoidDeclared(Event):
    """The issuing authority has declared a passport void."""

    report: str
    citizen: str


@dataclass(frozen=True, slots=True)
class PassportFound(Event):
    """A passport reported lost has turned up. It stays void (R20)."""

    report: str
    citizen: str
