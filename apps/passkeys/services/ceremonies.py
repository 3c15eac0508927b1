"""Questions to authenticators: asked, answered once, forgotten."""

import json
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from webauthn import generate_authentication_options, generate_registration_options, options_to_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from apps.accounts.models import User
from apps.kernel.errors import Forbidden
from apps.passkeys.models import Ceremony, Passkey
from apps.passkeys.party import Party
from apps.passkeys.statuses import Purpose

KEPT_FOR = timedelta(days=1)
TIMEOUT_MS = int(Ceremony.LASTS.total_seconds() * 1000)


def begin(*, purpose: Purpose, at: datetime, user: User | None = None, what: str = "") -> Ceremony:
    """A new question. ``what`` is the act to be confirmed, in words of the program."""
    return Ceremony.objects.create(
        purpose=purpose,
        user=user,
        what=what,
        nonce=secrets.token_bytes(32),
        created_at=at,
        expires_at=at + Ceremony.LASTS,
    )


def take(*, pk: UUID | str | None, purpose: Purpose, at: datetime) -> Ceremony:
    """The question that is being answered; nobody gets it twice, however parallel. Raises ``Forbidden``."""
    open_ones = Ceremony.objects.filter(purpose=purpose, used_at=None, expires_at__gt=Now())
    if not pk or not open_ones.filter(pk=pk).update(used_at=at):
        raise Forbidden(_("This took too long, or was answered before. Please try again."), code="ceremony_over")
    return Ceremony.objects.get(pk=pk)


def request_options(*, ceremony: Ceremony, party: Party) -> dict[str, Any]:
    """For ``navigator.credentials.get``. Nobody signed in: any passkey the device knows for this address."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=ceremony.challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=_known(ceremony.user) if ceremony.user else [],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(json.loads(options_to_json(options)))


def creation_options(*, ceremony: Ceremony, party: Party) -> dict[str, Any]:
    """For ``navigator.credentials.create``: discoverable, with user verification, on a device not used yet."""
    user = ceremony.user
    if user is None:
        raise Forbidden
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=user.pk.bytes,
        user_name=user.get_username(),
        challenge=ceremony.challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_known(user),
    )
    return dict(json.loads(options_to_json(options)))


def forget(*, at: datetime) -> int:
    """Drop questions that are long over; answers how many."""
    dropped, _by_model = Ceremony.objects.filter(expires_at__lt=at - KEPT_FOR).delete()
    return dropped


def _known(user: User) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=bytes(passkey.credential_id)) for passkey in Passkey.objects.of(user)]
