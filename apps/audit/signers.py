"""The key that seals. It belongs to the sealing process alone; verifying needs only its public half."""

import hashlib
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings
from django.utils.translation import gettext as _

from apps.kernel.errors import Unavailable

PRIVATE, PUBLIC = ".key.pem", ".pub.pem"


class Signer(Protocol):
    @property
    def key(self) -> str:
        """SHA-256 of the raw public key, in hexadecimal."""

    def sign(self, data: bytes) -> bytes:
        """Ed25519 (RFC 8032), 64 bytes."""


class FileSigner:
    """The latest of the encrypted keys in ``AUDIT_KEYS_DIR`` (PKCS#8 in PEM, ``AUDIT_KEYS_PASSPHRASE``)."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.key = fingerprint(private.public_key())

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data)


def signer() -> Signer:
    """The current one; in the sandbox the first makes itself. Raises ``Unavailable`` (``audit_key_unavailable``)."""
    kept = _files(PRIVATE)
    if not kept and settings.SANDBOX:
        with suppress(FileExistsError):  # another process was quicker: its key is the one
            new_key()
        kept = _files(PRIVATE)
    if not kept:
        raise Unavailable(_("There is no key to seal the audit with."), code="audit_key_unavailable")
    return _opened(kept[-1], settings.AUDIT_KEYS_PASSPHRASE)


def new_key() -> Path:
    """Another key, current from now on; older ones go on to be believed. Raises ``FileExistsError`` in a race."""
    private = Ed25519PrivateKey.generate()
    name = f"audit-{len(_files(PRIVATE)) + 1:04d}"
    encryption = BestAvailableEncryption(settings.AUDIT_KEYS_PASSPHRASE.encode())
    path = _folder() / f"{name}{PRIVATE}"
    _write(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write(_folder() / f"{name}{PUBLIC}", public)
    return path


def public_keys(folder: Path | None = None) -> dict[str, Ed25519PublicKey]:
    """The keys to be believed, by fingerprint. Keep a copy of the folder where the database's keepers cannot write."""
    found = [load_pem_public_key(path.read_bytes()) for path in _files(PUBLIC, folder)]
    return {fingerprint(key): key for key in found if isinstance(key, Ed25519PublicKey)}


def is_signed(key: Ed25519PublicKey, *, statement: bytes, signature: str) -> bool:
    try:
        key.verify(bytes.fromhex(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


@lru_cache(maxsize=8)
def _opened(path: Path, passphrase: str) -> FileSigner:
    """Once per process: opening takes a thousand times as long as signing."""
    try:
        private = load_pem_private_key(path.read_bytes(), passphrase.encode())
    except (OSError, ValueError, TypeError):
        private = None
    if not isinstance(private, Ed25519PrivateKey):
        raise Unavailable(_("The key that seals the audit cannot be opened."), code="audit_key_unavailable")
    return FileSigner(private)


def _folder() -> Path:
    return Path(settings.AUDIT_KEYS_DIR)


def _files(ending: str, folder: Path | None = None) -> list[Path]:
    return sorted((folder or _folder()).glob(f"*{ending}"))


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and never over another."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".part-") as file:  # readable by its owner alone
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        path.hardlink_to(file.name)
