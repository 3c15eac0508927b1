"""The keys of one merchant, as they lie in its folder; old and new side by side while they rotate.

``merchant/<serial>.pem``: our private keys, named by the serial number of their certificates; the newest file signs.
``apiv3/<any name>.key``: the 32 characters that seal notices; each is tried, the newest first.
``platform/<serial>.pem``: certificates of WeChat Pay. ``platform/PUB_KEY_ID_<digits>.pem``: its public keys; while one
is there, answers are asked to be signed with the newest.
"""

import logging
import re
from datetime import datetime
from pathlib import PurePath

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import Certificate, load_pem_x509_certificate
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict
from apps.payments.models import Merchant
from apps.payments.providers.keys import keys

NAME = re.compile("[0-9A-F]{8,64}|PUB_KEY_ID_[0-9A-Za-z]{1,64}")
"""A header names the key that proves it: nothing but this may become a part of a path."""
PUBLIC = "PUB_KEY_ID_"
SEALING_BYTES = 32

log = logging.getLogger(__name__)


def own(merchant: Merchant) -> tuple[str, RSAPrivateKey]:
    """The serial number and the key that sign what we send. Raises ``Conflict`` (``no_keys``)."""
    name = _names(merchant, "merchant/*.pem")[0]
    try:
        return PurePath(name).stem, keys(merchant).load(name, _private)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        log.error("merchant_key_unreadable", extra={"merchant": merchant.code})
        raise _missing() from None


def sealing(merchant: Merchant) -> list[bytes]:
    """The APIv3 keys. Raises ``Conflict`` (``no_keys``)."""
    found = [keys(merchant).text(name).encode() for name in _names(merchant, "apiv3/*.key")]
    good = [key for key in found if len(key) == SEALING_BYTES]
    if not good:
        raise _missing()
    return good


def public_key_id(merchant: Merchant) -> str:
    """Of the newest public key of WeChat Pay; empty while only its certificates are trusted."""
    found = keys(merchant).names(f"platform/{PUBLIC}*.pem")
    return PurePath(found[0]).stem if found else ""


def platform(merchant: Merchant, serial: str, at: datetime) -> RSAPublicKey | None:
    """The pinned key of this name, unless it is a certificate that is not valid then. Nothing is ever fetched."""
    name = serial if serial.startswith(PUBLIC) else serial.upper()
    if not NAME.fullmatch(name):
        return None
    try:
        if name.startswith(PUBLIC):
            return keys(merchant).load(f"platform/{name}.pem", _public)
        return key_of(keys(merchant).load(f"platform/{name}.pem", load_pem_x509_certificate), name, at)
    except Conflict:
        return None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        log.error("platform_key_unreadable", extra={"merchant": merchant.code})
        return None


def key_of(certificate: Certificate, serial: str, at: datetime) -> RSAPublicKey | None:
    """Only of a certificate that has this serial number and is valid then."""
    key = certificate.public_key()
    is_valid = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    is_named = certificate.serial_number == int(serial, 16)
    return key if is_valid and is_named and isinstance(key, RSAPublicKey) else None


def _names(merchant: Merchant, pattern: str) -> list[str]:
    found = keys(merchant).names(pattern)
    if not found:
        raise _missing()
    return found


def _missing() -> Conflict:
    return Conflict(_("The keys of this merchant are missing."), code="no_keys")


def _private(content: bytes) -> RSAPrivateKey:
    key = load_pem_private_key(content, None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key


def _public(content: bytes) -> RSAPublicKey:
    key = load_pem_public_key(content)
    if not isinstance(key, RSAPublicKey):
        raise TypeError("not an RSA key")
    return key
