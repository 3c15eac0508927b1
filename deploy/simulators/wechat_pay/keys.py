"""Key pairs with certificates, and the file that keeps them."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

YEARS_VALID = 5


@dataclass(frozen=True)
class Key:
    """A private key, its certificate and the certificate's serial number in hexadecimal."""

    serial: str
    private_pem: str
    certificate_pem: str
    made_at: str
    ends_at: str

    @property
    def private(self) -> RSAPrivateKey:
        return _load(self.private_pem)

    @property
    def public_pem(self) -> str:
        public = self.private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@lru_cache(maxsize=256)
def _load(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("not an RSA key")
    return key


def make(name: str, at: datetime) -> Key:
    """Valid from a month before ``at``: clocks that lag behind the simulator's accept it, too."""
    private = generate_private_key(65537, 2048)
    begins, ends = at - timedelta(days=30), at + timedelta(days=365 * YEARS_VALID)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    number = int.from_bytes(bytes([0x4F]) + secrets.token_bytes(19))
    certificate = (
        x509.CertificateBuilder(subject, subject, private.public_key(), number, begins, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private, SHA256())
    )
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    certificate_pem = certificate.public_bytes(Encoding.PEM).decode()
    return Key(f"{number:040X}", pem, certificate_pem, at.isoformat(), ends.isoformat())


class Safe:
    """Keeps secrets in one file of the folder, readable by its owner alone; without a folder, in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / "keys.json" if folder else None
        self._held: dict[str, Any] = {}
        if self._file is not None and self._file.exists():
            self._held = json.loads(self._file.read_text(encoding="utf-8"))

    def get(self, name: str) -> Any:
        return self._held.get(name)

    def put(self, name: str, value: Any) -> None:
        self._held[name] = value
        if self._file is not None:
            fresh = self._file.with_suffix(".new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
                json.dump(self._held, out)
            fresh.replace(self._file)


def row(key: Key) -> dict[str, str]:
    return asdict(key)
