"""Whom a new device is believed to belong to, so that a stolen phone number opens nothing (ADR 7)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.accounts.addresses import EMAIL, SMS, Address
from apps.accounts.events import DeviceDenied, DeviceTrusted
from apps.accounts.models import Challenge, Device, Purpose, TrustedBy, User
from apps.accounts.services import challenges
from apps.audit.services import record
from apps.kernel.errors import Conflict, Forbidden, Unmet
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.outbox.services import publish

FIELDS = {EMAIL: "email", SMS: "phone"}


def locked(user: User) -> User:
    """The account, held until the transaction ends: what is decided about its devices is decided one by one."""
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def is_the_only_way_in(*, user: User, channel: str) -> bool:
    """Nothing could vouch for a device that came in this way: one address, in no doubt, and no trusted device."""
    vouching = Device.objects.of(user).live().trusted().exists()
    return not vouching and not (user.email and user.phone) and not is_doubtful(user, channel)


def is_doubtful(user: User, channel: str) -> bool:
    return channel in FIELDS and getattr(user, f"{FIELDS[channel]}_flagged_at") is not None


def other_address(device: Device) -> Address | None:
    """The address of the account that this device did not come in by, if there is one in no doubt."""
    other = {EMAIL: SMS, SMS: EMAIL}.get(device.channel)
    value = getattr(device.user, FIELDS[other]) if other else None
    return Address(other, value) if other and value and not is_doubtful(device.user, other) else None


def ways_out(device: Device) -> tuple[str, ...]:
    """By which a device on probation can be let in; the desk of a post is always one."""
    ways = {
        "trusted_device": Device.objects.of(device.user).live().trusted().exists(),
        "other_address": other_address(device) is not None,
        "waiting": device.waits_until is not None,
        "counter": True,
    }
    return tuple(way for way, is_open in ways.items() if is_open)


def require(device: Device) -> None:
    """Raises ``Forbidden`` with the ways out for a device on probation."""
    if device.is_trusted:
        return
    detail = _(
        "This device is new to your account. Confirm it on a device you already use, with a code to your other "
        "address, or at the counter of an embassy or consulate; or wait seven days: if nobody objects, it is let in."
    )
    raise Forbidden(detail, code="device_on_probation", missing=ways_out(device))


def require_still(device: Device) -> None:
    """The same, asked again under the account's lock: it may have been signed out meanwhile."""
    if not Device.objects.live().trusted().filter(pk=device.pk).exists():
        raise Forbidden


@transaction.atomic
def confirm(*, device: Device, by: Device, at: datetime) -> Device:
    """A trusted device vouches. Raises ``Forbidden`` when it is none itself, ``Conflict`` when there is no need."""
    locked(device.user)
    require_still(by)
    return _let_in(device, TrustedBy.DEVICE, Actor(By.APPLICANT, by.user), at)


def ask_other_address(*, device: Device, caller: str, at: datetime) -> Challenge:
    """Have a code sent to the other address. Raises ``Unmet`` when there is none, ``TooMany``."""
    address = other_address(device)
    if address is None:
        raise Unmet(_("Your account has no other address to confirm this device with."), code="no_other_address")
    user, language = device.user, device.language
    return challenges.challenge(
        address=address, caller=caller, language=language, at=at, purpose=Purpose.CONFIRM_DEVICE, user=user
    )


def confirm_by_address(*, device: Device, challenge: UUID, code: str, at: datetime) -> Device:
    """The code that went to the other address. Raises ``Unmet``, ``Conflict``; not to be called in a transaction."""
    asked = challenges.compare(pk=challenge, code=code, purpose=Purpose.CONFIRM_DEVICE, user=device.user)
    with transaction.atomic():
        device.user = locked(device.user)
        if other_address(device) != Address(asked.channel, asked.address):
            raise Unmet(_("Your account has no other address to confirm this device with."), code="no_other_address")
        challenges.use_up(asked=asked, at=at)
        return _let_in(device, TrustedBy.ADDRESS, Actor(By.APPLICANT, device.user), at)


@transaction.atomic
def confirm_at_counter(*, device: Device, actor: Actor, at: datetime) -> Device:
    """An officer has seen the person and their papers. It also ends the doubt about the address they came in by."""
    user = locked(device.user)
    if device.channel in FIELDS:
        User.objects.filter(pk=user.pk).update(**{f"{FIELDS[device.channel]}_flagged_at": None})
    return _let_in(device, TrustedBy.COUNTER, actor, at)


@transaction.atomic
def deny(*, device: Device, actor: Actor, at: datetime) -> None:
    """Somebody who is trusted objects: the device is signed out, and nobody gets in by its address and waiting.

    Raises ``Conflict`` for a device that is trusted: it is signed out instead.
    """
    user = locked(device.user)
    denied = Device.objects.on_probation().filter(pk=device.pk, revoked_at=None).update(revoked_at=at)
    if not denied:
        raise _not_on_probation()
    if device.channel in FIELDS:
        User.objects.filter(pk=user.pk).update(**{f"{FIELDS[device.channel]}_flagged_at": at})
    _note("device_denied", device, actor, at)
    publish(DeviceDenied(user=str(user.pk), device=str(device.pk), channel=device.channel))


def owner_was_told(*, device: str, channel: str, at: datetime) -> None:
    """The message about a device has left by this channel. One to the channel it came in by says nothing: whoever
    has stolen the number reads it there. The first one counts.
    """
    Device.objects.on_probation().filter(pk=device, told_at=None).exclude(channel=channel).update(told_at=at)


def let_waiting_in(*, at: datetime) -> int:
    """Those who waited long enough, by the database's clock; answers how many.

    Not while somebody else waits who came in by the other address: one of the two is not the owner, and an officer
    has to see who. The days count from when the owner could hear of it (``owner_was_told``).
    """
    waited = Device.objects.live().on_probation().filter(told_at__lte=Now() - Device.WAITS)
    return sum(_let_waiter_in(device, at) for device in waited.select_related("user"))


@transaction.atomic
def _let_waiter_in(device: Device, at: datetime) -> bool:
    user = locked(device.user)
    rivals = Device.objects.live().on_probation().filter(user=OuterRef("user")).exclude(channel=OuterRef("channel"))
    alone = Device.objects.live().on_probation().filter(~Exists(rivals), pk=device.pk).exists()
    if not alone or is_doubtful(user, device.channel):
        return False
    _let_in(device, TrustedBy.WAITING, SYSTEM, at)
    return True


def _let_in(device: Device, by: TrustedBy, actor: Actor, at: datetime) -> Device:
    waiting = Device.objects.live().on_probation().filter(pk=device.pk)
    if not waiting.update(trusted_at=at, trusted_by=by):
        raise _not_on_probation()
    device.trusted_at, device.trusted_by = at, by
    _note("device_trusted", device, actor, at, by=str(by))
    publish(DeviceTrusted(user=str(device.user_id), device=str(device.pk), by=str(by)))
    return device


def _not_on_probation() -> Conflict:
    return Conflict(_("This device is not waiting to be confirmed."), code="device_not_on_probation")


def _note(action: str, device: Device, actor: Actor, at: datetime, **detail: str) -> None:
    subject = f"account:{device.user_id}"
    record(actor=actor, action=action, subject=subject, at=at, citizen=None, device=str(device.pk), **detail)
