from dataclasses import dataclass

from apps.outbox.events import Event


@dataclass(frozen=True, slots=True)
class ChallengeAsked(Event):
    """Someone wants to sign in; a code is owed to the address of this challenge."""

    challenge: str


@dataclass(frozen=True, slots=True)
class DeviceAdded(Event):
    """A device has signed in. ``is_first``: it is the one that opened the account."""

    user: str
    device: str
    is_first: bool = False
