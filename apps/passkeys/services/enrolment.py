"""From a link that an administrator hands over to a passkey on the officer's device."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from webauthn import verify_registration_response
from webauthn.helpers import parse_registration_credential_json
from webauthn.helpers.structs import CredentialDeviceType, RegistrationCredential
from webauthn.registration.verify_registration_response import VerifiedRegistration

from apps.accounts.models import User
from apps.kernel.errors import Conflict, Forbidden
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.outbox.services import publish
from apps.passkeys.events import OfficerInvited, PasskeyAdded
from apps.passkeys.models import Ceremony, Invitation, Passkey
from apps.passkeys.party import Party
from apps.passkeys.services.assertions import LONGEST, NONSENSE, Refused, cause
from apps.passkeys.services.traces import note


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a device answered: ``answer`` is the JSON of ``navigator.credentials.create``."""

    ceremony: Ceremony
    answer: str
    name: str
    party: Party


@transaction.atomic
def invite(*, user: User, made_by: User | None, at: datetime) -> str:
    """The secret of a new link, told once. An older link of this officer stops working.

    Audited, and the officer is told: nobody adds a passkey to an account in silence.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if not (user.is_staff and user.is_active):
        raise Forbidden(_("Only open accounts of staff have passkeys."), code="not_staff")
    Invitation.objects.filter(user=user, used_at=None).delete()
    token = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        user=user, made_by=made_by, token_sha256=_sha256(token), created_at=at, expires_at=at + Invitation.LASTS
    )
    actor = Actor(By.OFFICER, made_by) if made_by else SYSTEM
    note("officer_invited", user=user, at=at, actor=actor, invitation=str(made.pk))
    publish(OfficerInvited(user=str(user.pk), invitation=str(made.pk)))
    return token


def invited(*, token: str) -> Invitation:
    """The link, while it can be used. Raises ``Forbidden``."""
    usable = Invitation.objects.filter(used_at=None, expires_at__gt=Now(), user__is_active=True, user__is_staff=True)
    found = usable.select_related("user").filter(token_sha256=_sha256(token)).first()
    if found is None:
        raise Forbidden(_("This link was used, replaced or is too old. Ask for a new one."), code="link_over")
    return found


@transaction.atomic
def enrol(*, token: str, candidate: Candidate, at: datetime) -> Passkey:
    """Use the link up for this passkey: both or neither. Raises ``Forbidden``, ``Refused`` or ``Conflict``."""
    link = invited(token=token)
    if not Invitation.objects.filter(pk=link.pk, used_at=None).update(used_at=at):
        raise Forbidden(code="link_over")
    return add(user=link.user, candidate=candidate, at=at, invitation=str(link.pk))


@transaction.atomic
def add(*, user: User, candidate: Candidate, at: datetime, invitation: str = "") -> Passkey:
    """Keep the public key. Raises ``Refused`` or, for a key that is known already, ``Conflict``."""
    if candidate.ceremony.user != user:
        raise Refused("ceremony_of_another", user)
    credential, seen = _check(candidate, user)
    passkey = Passkey(
        user=user,
        name=candidate.name.strip()[:100] or str(_("passkey")),
        credential_id=seen.credential_id,
        public_key=seen.credential_public_key,
        sign_count=seen.sign_count,
        aaguid=seen.aaguid,
        transports=[one.value for one in credential.response.transports or []],
        backup_eligible=seen.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
        backed_up=seen.credential_backed_up,
        created_at=at,
    )
    _store(passkey)
    note("passkey_added", user=user, at=at, passkey=str(passkey.pk), invitation=invitation)
    publish(PasskeyAdded(user=str(user.pk), passkey=str(passkey.pk)))
    return passkey


def _check(candidate: Candidate, user: User) -> tuple[RegistrationCredential, VerifiedRegistration]:
    """Web Authentication Level 3 §7.1."""
    if len(candidate.answer) > LONGEST or "\0" in candidate.name:
        raise Refused("malformed", user)
    try:
        credential = parse_registration_credential_json(candidate.answer)
        seen = verify_registration_response(
            credential=credential,
            expected_challenge=candidate.ceremony.challenge,
            expected_rp_id=candidate.party.id,
            expected_origin=candidate.party.origin,
            require_user_verification=True,
        )
    except NONSENSE as error:
        raise Refused(cause(error), user) from error
    return credential, seen


def _store(passkey: Passkey) -> None:
    try:
        with transaction.atomic():
            passkey.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("This passkey is known already."), code="passkey_known") from error


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
