"""Keys in encrypted files (PKCS#8 in PEM), for demonstrations and small posts."""

import os
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.utils.translation import gettext as _

from apps.kernel.errors import Unavailable
from apps.seals.ecdsa import to_raw
from apps.seals.signers.base import Sign, key_stores

ALGORITHM = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
"""RFC 6979: the same bytes give the same signature, so a document made again is the same document."""

SIZE = 32
OWNER_ONLY, OWNER_ONLY_FOLDER = 0o600, 0o700


class FileKeyStore:
    """One file per key in ``SIGNING_KEYS_DIR``, opened with ``SIGNING_KEYS_PASSPHRASE``."""

    def generate(self, name: str) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        encryption = BestAvailableEncryption(settings.SIGNING_KEYS_PASSPHRASE.encode())
        _write(_path(name), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
        return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def open(self, name: str) -> Sign:
        key = _load(_path(name))

        def sign(data: bytes) -> bytes:
            return to_raw(key.sign(data, ALGORITHM), SIZE)

        return sign


def _path(name: str) -> Path:
    return Path(settings.SIGNING_KEYS_DIR) / f"{name}.pem"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _load(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), settings.SIGNING_KEYS_PASSPHRASE.encode())
    except (OSError, ValueError, TypeError):
        detail = _("The signing key cannot be opened.")
        raise Unavailable(detail, code="signing_key_unavailable") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Unavailable(_("The signing key cannot be opened."), code="signing_key_unavailable")
    return key


key_stores.add("file", FileKeyStore())
