"""From a right code to a device with a token, and back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.addresses import EMAIL
from apps.accounts.events import DeviceAdded
from apps.accounts.models import Challenge, Device, TrustedBy, User
from apps.accounts.services import challenges, devices, trust
from apps.audit.services import record
from apps.kernel.errors import Forbidden, Unmet
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.outbox.services import publish

COMPARED = {"wrong_code"}
"""Put on record: at most as often as codes are compared. Whoever guesses numbers of challenges fills no table."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """``token`` is told once and never again."""

    token: str
    device: Device


def sign_in(*, challenge: UUID, code: str, device_name: str, language: str, at: datetime) -> SignedIn:
    """Open the account of the address, a new one if need be, and sign this device in.

    Raises ``Unmet`` for a code that is wrong or no longer valid, ``Forbidden`` for a closed account. Must not be
    called inside a transaction: a rollback would give the attempt back.
    """
    try:
        asked = challenges.compare(pk=challenge, code=code)
    except Unmet as refused:
        if refused.code in COMPARED:
            record(actor=SYSTEM, action="sign_in_failed", subject=f"challenge:{challenge}", at=at, code=refused.code)
        raise
    with transaction.atomic():
        challenges.use_up(asked=asked, at=at)
        user, is_new = _account(asked)
        token = devices.new_token()
        device = devices.add(
            user=user,
            token=token,
            name=device_name,
            language=language,
            channel=asked.channel,
            trusted_by=TrustedBy.FIRST if trust.is_the_only_way_in(user=user, channel=asked.channel) else "",
            at=at,
        )
        _note("signed_in", device=device, actor=Actor(By.APPLICANT, user), at=at)
        waits = not device.is_trusted
        publish(DeviceAdded(user=str(user.pk), device=str(device.pk), is_first=is_new, on_probation=waits))
    return SignedIn(token, device)


@transaction.atomic
def sign_out(*, device: Device, actor: Actor, at: datetime) -> None:
    """Its token is worth nothing from the next request on. Twice does no harm."""
    if Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=at):
        _note("signed_out", device=device, actor=actor, at=at)


@transaction.atomic
def sign_out_others(*, device: Device, actor: Actor, at: datetime) -> int:
    """Everywhere but here; answers how many devices that were."""
    others = Device.objects.of(device.user).live().exclude(pk=device.pk)
    count = others.update(revoked_at=at)
    if count:
        _note("signed_out_others", device=device, actor=actor, at=at)
    return count


def _account(asked: Challenge) -> tuple[User, bool]:
    """Officers' accounts are entered by password, never by code."""
    key = {"email" if asked.channel == EMAIL else "phone": asked.address}
    first = {"language": asked.language, "password": make_password(None)}
    user, is_new = User.objects.get_or_create(**key, defaults=first)
    if user.is_staff or not user.is_active:
        raise Forbidden(_("This account is closed."), code="account_closed")
    return trust.locked(user), is_new


def _note(action: str, *, device: Device, actor: Actor, at: datetime) -> None:
    record(actor=actor, action=action, subject=f"account:{device.user_id}", at=at, device=str(device.pk))
