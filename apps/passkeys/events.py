from dataclasses import dataclass

from apps.outbox.events import Event


@dataclass(frozen=True, slots=True)
class OfficerInvited(Event):
    """Somebody made a link by which a passkey can be added to this account."""

    user: str
    invitation: str


@dataclass(frozen=True, slots=True)
class PasskeyAdded(Event):
    user: str
    passkey: str


@dataclass(frozen=True, slots=True)
class PasskeyRemoved(Event):
    user: str
    passkey: str
