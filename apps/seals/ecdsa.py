"""ECDSA on the curves seals and certificates use (ICAO Doc 9303-13 §2.4; brainpool: RFC 5639)."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid

HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
BY_CURVE = {
    "secp256r1": "sha256",
    "brainpoolP256r1": "sha256",
    "secp384r1": "sha384",
    "brainpoolP384r1": "sha384",
    "brainpoolP512r1": "sha512",
}
"""The hash of a seal follows the order of the curve. P-521 has no place in ICAO's table."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """``size`` is that of one coordinate, in bytes; raw signatures have twice as many."""

    key: ec.EllipticCurvePublicKey
    size: int
    algorithm: ec.ECDSA

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """``signature`` is raw r‖s. Anything else is simply not a signature."""
        return len(signature) == 2 * self.size and self._verifies(to_der(signature), data, self.algorithm)

    def verifies_der(self, signature: bytes, data: bytes, digest: str) -> bool:
        """For certificates, which name their own hash: ``sha256``, ``sha384`` or ``sha512``."""
        return digest in HASHES and self._verifies(signature, data, ec.ECDSA(HASHES[digest]))

    def _verifies(self, signature: bytes, data: bytes, algorithm: ec.ECDSA) -> bool:
        try:
            self.key.verify(signature, data, algorithm)
        except InvalidSignature:
            return False
        return True


def load(spki: bytes) -> PublicKey:
    """From a DER SubjectPublicKeyInfo. Raises ``Invalid`` (``key_not_supported``)."""
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in BY_CURVE:
        raise Invalid(_("This kind of key is not supported."), code="key_not_supported")
    return PublicKey(key, key.curve.key_size // 8, ec.ECDSA(HASHES[BY_CURVE[key.curve.name]]))


def to_der(raw: bytes) -> bytes:
    """From r‖s to the ECDSA-Sig-Value of certificates and CMS (RFC 3279 §2.2.3)."""
    middle = len(raw) // 2
    return encode_dss_signature(int.from_bytes(raw[:middle], "big"), int.from_bytes(raw[middle:], "big"))


def to_raw(der: bytes, size: int) -> bytes:
    """Back to r‖s, each of ``size`` bytes."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")
