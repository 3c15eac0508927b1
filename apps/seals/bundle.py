"""The published keys, and what is void, in one signed text: a JWS in compact form (RFC 7515, ES256) over JSON.

``x5c`` brings the certificate of the signer, an officer of documents under the CSCA. Whom a reader believes is the CSCA
that it was given before. A bar code signer may not sign one: its key is on more machines.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.seals import certificates
from apps.seals.certificates import Certificate
from apps.seals.signers.base import Signer
from apps.seals.trust import Trust, trust_in

TYPE = "consular-trust+jws"
ALGORITHM = "ES256"
LONGEST = 4 * 1024 * 1024
"""Characters; ours has some four thousand."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """``certificates`` (authorities first) and ``revocation_lists`` are DER; ``void`` are numbers of documents.

    ``sequence`` counts up. After ``next_update`` a newer one is to be had; after ``not_after`` this one says nothing.
    """

    sequence: int
    generated_at: datetime
    next_update: datetime
    not_after: datetime
    certificates: Sequence[bytes]
    revocation_lists: Sequence[bytes]
    void: Sequence[str] = ()

    @property
    def trust(self) -> Trust:
        return trust_in((*self.certificates, *self.revocation_lists), frozenset(self.void))

    def as_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "sequence": self.sequence,
            "generated_at": _iso(self.generated_at),
            "next_update": _iso(self.next_update),
            "not_after": _iso(self.not_after),
            "certificates": [_text(each) for each in self.certificates],
            "revocation_lists": [_text(each) for each in self.revocation_lists],
            "void_documents": sorted(self.void),
        }


def sign(bundle: Bundle, *, signer: Signer, chain: Sequence[bytes]) -> str:
    """The compact JWS; ``chain`` are the certificates above the signer's."""
    x5c = [_text(each) for each in (signer.certificate_der, *chain)]
    head = {"alg": ALGORITHM, "typ": TYPE, "x5c": x5c}
    signed = f"{_part(_json(head))}.{_part(_json(bundle.as_json()))}"
    return f"{signed}.{_part(signer.sign(signed.encode()))}"


def payload(jws: str) -> bytes:
    """What a JWS of ours is over: JSON. Not checked in any way."""
    return _bytes(jws.split(".")[1])


def opened(jws: str, *, authorities: Sequence[bytes], at: datetime, after: int = 0) -> Bundle:
    """As a border reads it. ``authorities`` are the CSCAs it has believed before, ``after`` the last sequence it saw.

    Raises ``Invalid``: ``bundle_unreadable``, ``bundle_signer``, ``bundle_signature``, ``bundle_expired``,
    ``bundle_replayed``.
    """
    head, signed, signature = _split(jws)
    signer = _believed_signer(head, authorities, at)
    if not signer.key.verifies(signature, signed.encode()):
        raise _refused("bundle_signature")
    bundle = _read(payload(jws))
    if bundle.trust.has_revoked(signer, at=at) or not signer.is_valid_at(bundle.generated_at):
        raise _refused("bundle_signer")
    if at > bundle.not_after:
        raise _refused("bundle_expired")
    if bundle.sequence < after:
        raise _refused("bundle_replayed")
    return bundle


def _split(jws: str) -> tuple[dict[str, Any], str, bytes]:
    try:
        head, body, signature = jws.strip()[:LONGEST].split(".")
        said = json.loads(_bytes(head))
        right = said["alg"] == ALGORITHM and said["typ"] == TYPE and "crit" not in said
        raw = _bytes(signature)
    except (ValueError, TypeError, KeyError, RecursionError):
        right = False
    if not right:
        raise _refused("bundle_unreadable")
    return said, f"{head}.{body}", raw


def _believed_signer(head: dict[str, Any], authorities: Sequence[bytes], at: datetime) -> Certificate:
    try:
        signer = certificates.parse(base64.b64decode(head["x5c"][0], validate=True))
        pinned = [each for each in map(certificates.parse, authorities) if each.is_valid_at(at)]
        may_sign = "digital_signature" in (signer.usages or ()) and signer.purposes is None and not signer.is_authority
        believed = may_sign and any(map(signer.is_signed_by, pinned))
    except (Invalid, ValueError, TypeError, LookupError):
        believed = False
    if not believed:
        raise _refused("bundle_signer")
    return signer


def _read(body: bytes) -> Bundle:
    try:
        said = json.loads(body)
        generated_at, next_update, not_after = (
            datetime.fromisoformat(said[name]) for name in ("generated_at", "next_update", "not_after")
        )
        found, lists = (
            [base64.b64decode(each) for each in said[name]] for name in ("certificates", "revocation_lists")
        )
        return Bundle(int(said["sequence"]), generated_at, next_update, not_after, found, lists, _void(said))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _refused("bundle_unreadable") from None


def _void(said: dict[str, Any]) -> list[str]:
    """A bundle from before there was such a list names none."""
    numbers = said.get("void_documents", [])
    if not isinstance(numbers, list) or not all(isinstance(each, str) for each in numbers):
        raise TypeError("void_documents")
    return numbers


def _refused(code: str) -> Invalid:
    return Invalid(_("This is not a list of keys that can be believed."), code=code)


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _text(der: bytes) -> str:
    return base64.b64encode(der).decode()


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
