"""Is this answer really that officer's, for this desk, to this question? Web Authentication Level 3 §7.2."""

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from webauthn import verify_authentication_response
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import AuthenticationCredential

from apps.accounts.models import User
from apps.kernel.errors import Forbidden
from apps.passkeys.models import Ceremony, Passkey
from apps.passkeys.party import Party

LONGEST = 20_000
NONSENSE = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
"""What the library may raise when somebody sends anything at all."""

CAUSES = {
    "challenge": "wrong_challenge",
    "origin": "wrong_origin",
    "RP ID": "wrong_relying_party",
    "sign count": "counter_went_back",
    "User verification": "user_not_verified",
    "not present": "user_not_present",
    "signature": "bad_signature",
}


class Refused(Forbidden):
    """The answer proves nothing. ``why`` is for the audit; the person is told no more than anybody."""

    code = "passkey_refused"
    detail = _("This passkey was not accepted. Please try again, or ask your administrator.")

    def __init__(self, why: str, user: User | None = None) -> None:
        super().__init__()
        self.why, self.user = why, user


def cause(error: Exception) -> str:
    """The stable code of what the library complains about."""
    return next((code for words, code in CAUSES.items() if words in str(error)), "malformed")


def verify(*, ceremony: Ceremony, answer: str, party: Party, at: datetime) -> Passkey:
    """The passkey that answered. Raises ``Refused``. A counter that does not rise means a copied key."""
    credential = parse(answer)
    with transaction.atomic():
        passkey = _find(credential, ceremony)
        try:
            _check(credential, ceremony, passkey, party)
        except NONSENSE as error:
            raise Refused(cause(error), passkey.user) from error
        passkey.last_used_at = at
        passkey.save(update_fields=["sign_count", "backed_up", "last_used_at"])
    return passkey


def parse(answer: str) -> AuthenticationCredential:
    if len(answer) > LONGEST:
        raise Refused("malformed")
    try:
        return parse_authentication_credential_json(answer)
    except NONSENSE as error:
        raise Refused("malformed") from error


def _find(credential: AuthenticationCredential, ceremony: Ceremony) -> Passkey:
    """Locked, so that of two answers with one counter one is refused."""
    locked = Passkey.objects.select_for_update(of=("self",)).select_related("user")
    passkey = locked.filter(credential_id=credential.raw_id).first()
    if passkey is None:
        raise Refused("unknown_passkey")
    if passkey.removed_at:
        raise Refused("removed_passkey", passkey.user)
    if ceremony.user and ceremony.user != passkey.user:
        raise Refused("passkey_of_another", ceremony.user)
    handle = credential.response.user_handle
    if (handle or not ceremony.user) and handle != passkey.user.pk.bytes:
        raise Refused("wrong_user_handle", passkey.user)
    if not (passkey.user.is_active and passkey.user.is_staff):
        raise Refused("account_closed", passkey.user)
    return passkey


def _check(credential: AuthenticationCredential, ceremony: Ceremony, passkey: Passkey, party: Party) -> None:
    seen = verify_authentication_response(
        credential=credential,
        expected_challenge=ceremony.challenge,
        expected_rp_id=party.id,
        expected_origin=party.origin,
        credential_public_key=bytes(passkey.public_key),
        credential_current_sign_count=passkey.sign_count,
        require_user_verification=True,
    )
    passkey.sign_count, passkey.backed_up = seen.new_sign_count, seen.credential_backed_up


def proof(answer: str, nonce: bytes) -> dict[str, Any]:
    """What anyone needs to check the signature again with the public key."""
    response = json.loads(answer)["response"]
    kept = {"client_data": "clientDataJSON", "authenticator_data": "authenticatorData", "signature": "signature"}
    return {name: response[key] for name, key in kept.items()} | {"nonce": nonce.hex()}
