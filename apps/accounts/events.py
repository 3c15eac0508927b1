from dataclasses import dataclass

from apps.outbox.events import Event


@dataclass(frozen=True, slots=True)
class ChallengeAsked(Event):
    """Someone wants to sign in; a code is owed to the address of this challenge."""

    challenge: str


@dataclass(frozen=True, slots=True)
class DeviceAdded(Event):
    """A device has signed in. ``is_first``: it is the one that opened the account.

    ``on_probation``: it may read and do nothing until a trusted device, the other address, an officer or seven days
    without objection let it in; whoever is told can object.
    """

    user: str
    device: str
    is_first: bool = False
    on_probation: bool = False


@dataclass(frozen=True, slots=True)
class DeviceTrusted(Event):
    """A device on probation was let in; ``by`` is ``device``, ``address``, ``waiting`` or ``counter``."""

    user: str
    device: str
    by: str


@dataclass(frozen=True, slots=True)
class DeviceDenied(Event):
    """Somebody objected to a device: it is signed out, and the address it came in by (``channel``) is doubtful."""

    user: str
    device: str
    channel: str


@dataclass(frozen=True, slots=True)
class AddressChanged(Event):
    """The e-mail address or phone of an account is another. ``former`` is the FormerAddress to be told, or empty."""

    user: str
    channel: str
    former: str = ""


@dataclass(frozen=True, slots=True)
class MandateGranted(Event):
    """A helper's right was written down; nobody holds it yet."""

    mandate: str
    citizen: str


@dataclass(frozen=True, slots=True)
class MandateAccepted(Event):
    """Somebody (``helper``, an account) may act for the citizen from now on."""

    mandate: str
    citizen: str
    helper: str


@dataclass(frozen=True, slots=True)
class MandateRevoked(Event):
    """It is over: taken back, replaced by a newer one, or given back (``by_helper``)."""

    mandate: str
    citizen: str
    by_helper: bool = False


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(Event):
    """Nothing new may be done on the ground of this consent."""

    consent: str
    citizen: str
    purpose: str
