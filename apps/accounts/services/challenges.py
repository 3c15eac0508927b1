"""Codes: asked for, made, compared. At most five comparisons per challenge, however many at once (C4)."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.addresses import SMS, Address, country_code
from apps.accounts.channels import channels
from apps.accounts.events import ChallengeAsked
from apps.accounts.models import Challenge, Purpose, User
from apps.accounts.services import limits
from apps.kernel.errors import Fault, Unmet
from apps.outbox.services import publish

VALID_FOR = timedelta(minutes=10)
RESEND_AFTER = limits.TO_ONE_ADDRESS[0].per
COMPARISONS = 5
MAGIC_CODE = "000000"

log = logging.getLogger(__name__)


@transaction.atomic
def challenge(
    *,
    address: Address,
    caller: str,
    language: str,
    at: datetime,
    purpose: str = Purpose.SIGN_IN,
    user: User | None = None,
) -> Challenge:
    """Have a code sent. Never looks whether the address is known, so neither answer nor time can tell (C7).

    ``caller`` is the network address; ``user`` whose code it is, None for one to sign in.
    Raises ``TooMany``, and ``Unmet`` when no channel leads there.
    """
    if not channels[address.channel].is_available():
        fault = Fault("/to", "sms_not_available", _("Use your e-mail address instead."))
        raise Unmet(
            _("Codes cannot be sent to phones here. Sign in with your e-mail address."),
            code="sms_not_available",
            faults=(fault,),
        )
    if not _is_magic(address):
        _count(address, caller)
    asked = Challenge.objects.create(
        purpose=purpose,
        user=user,
        channel=address.channel,
        address=address.value,
        language=language,
        created_at=at,
        expires_at=at + VALID_FOR,
    )
    publish(ChallengeAsked(challenge=str(asked.pk)))
    return asked


def code_of(asked: Challenge) -> str:
    """The six digits. Made anew each time from SECRET_KEY and the row, so that no table or queue holds them."""
    if _is_magic(Address(asked.channel, asked.address)):
        return MAGIC_CODE
    mark = salted_hmac("accounts.code", f"{asked.pk}:{asked.seed}", algorithm="sha256").digest()
    return f"{int.from_bytes(mark[:8]) % 10**6:06d}"


def compare(*, pk: UUID, code: str, purpose: str = Purpose.SIGN_IN, user: User | None = None) -> Challenge:
    """The challenge, if this is its code, and it was sent for this purpose and account. Raises ``Unmet``.

    The attempt is taken and committed *before* the comparison: whoever gets no attempt compares nothing.
    """
    with transaction.atomic(durable=True):
        meant = Challenge.objects.filter(pk=pk, purpose=purpose, user=user)
        allowed = meant.answerable().filter(attempts__lt=COMPARISONS).update(attempts=F("attempts") + 1)
        asked = meant.first()
    if not (allowed and asked):
        raise _exhausted() if asked and asked.attempts >= COMPARISONS else _expired()
    if not constant_time_compare(code_of(asked), code):
        raise _wrong(COMPARISONS - asked.attempts)
    return asked


def use_up(*, asked: Challenge, at: datetime) -> None:
    """One code opens one door: of two who hold the right one, the second is too late. Raises ``Unmet``."""
    if not Challenge.objects.answerable().filter(pk=asked.pk).update(used_at=at):
        raise _expired()


def _is_magic(address: Address) -> bool:
    return bool(settings.SANDBOX) and address.is_magic


def _count(address: Address, caller: str) -> None:
    limits.count(what="code_to", who=address.value, limits=limits.TO_ONE_ADDRESS)
    limits.count(what="code_from", who=caller, limits=limits.FROM_ONE_CALLER)
    if address.channel == SMS:
        limits.count(what="code_into", who=country_code(address), limits=limits.TEXT_MESSAGES_TO_A_COUNTRY)
        sent = limits.count(what="code_by", who=SMS, limits=limits.TEXT_MESSAGES)
        if sent * 2 == limits.TEXT_MESSAGES[-1].most:
            log.warning("half_of_todays_text_messages_are_sent", extra={"sent": sent})


def _wrong(left: int) -> Unmet:
    if not left:
        return _exhausted()
    detail = ngettext("Wrong code. %(left)d attempt left.", "Wrong code. %(left)d attempts left.", left)
    fault = Fault("/code", f"attempts_left_{left}", detail % {"left": left})
    return Unmet(fault.detail, code="wrong_code", faults=(fault,))


def _exhausted() -> Unmet:
    return Unmet(_("Too many wrong codes. Ask for a new one."), code="challenge_exhausted")


def _expired() -> Unmet:
    return Unmet(_("This code is no longer valid. Ask for a new one."), code="challenge_expired")
