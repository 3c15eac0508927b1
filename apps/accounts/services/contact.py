"""Where an account is reached. Changing it takes a trusted device and a code to the new address (ADR 7)."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.addresses import Address
from apps.accounts.events import AddressChanged
from apps.accounts.models import Challenge, Device, FormerAddress, Purpose, User
from apps.accounts.services import challenges, trust
from apps.audit.services import record
from apps.kernel.errors import Conflict
from apps.kernel.workflow import Actor, By
from apps.outbox.services import publish


def ask_new_address(*, device: Device, address: Address, caller: str, at: datetime) -> Challenge:
    """Have a code sent to the address to be. Raises ``Forbidden`` for a device on probation, ``TooMany``, ``Unmet``."""
    trust.require(device)
    user, language = device.user, device.user.language
    return challenges.challenge(
        address=address, caller=caller, language=language, at=at, purpose=Purpose.CHANGE_ADDRESS, user=user
    )


def change_address(*, device: Device, challenge: UUID, code: str, at: datetime) -> User:
    """The account is reached at the address of this challenge from now on; the former one is told.

    Whoever came in by the former address and is still on probation is signed out. Raises ``Unmet``, ``Forbidden``,
    ``Conflict`` when the address opens another account. Not to be called in a transaction.
    """
    trust.require(device)
    asked = challenges.compare(pk=challenge, code=code, purpose=Purpose.CHANGE_ADDRESS, user=device.user)
    with transaction.atomic():
        user = trust.locked(device.user)
        trust.require_still(device)
        challenges.use_up(asked=asked, at=at)
        former = _replace(user, asked, at)
        waiting = Device.objects.of(user).on_probation().filter(channel=asked.channel, revoked_at=None)
        waiting.update(revoked_at=at)
        subject, actor = f"account:{user.pk}", Actor(By.APPLICANT, user)
        record(actor=actor, action="address_changed", subject=subject, at=at, channel=asked.channel)
        publish(AddressChanged(user=str(user.pk), channel=asked.channel, former=former))
    return user


def _replace(user: User, asked: Challenge, at: datetime) -> str:
    """Answers the id of the former address, if there was another one."""
    name = trust.FIELDS[asked.channel]
    former = getattr(user, name)
    setattr(user, name, asked.address)
    setattr(user, f"{name}_flagged_at", None)
    try:
        with transaction.atomic():
            user.save(update_fields=[name, f"{name}_flagged_at"])
    except IntegrityError:
        raise Conflict(_("Another account is reached at this address."), code="address_taken") from None
    if not former or former == asked.address:
        return ""
    kept = FormerAddress.objects.create(user=user, channel=asked.channel, address=former, changed_at=at)
    return str(kept.pk)
