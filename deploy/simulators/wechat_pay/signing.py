"""The cryptography of APIv3: RSA-SHA256 over lines, AES-256-GCM for notices, RSA-OAEP for what is sensitive."""

import base64
import re
import secrets
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

SCHEMA = "WECHATPAY2-SHA256-RSA2048"
PAIR = re.compile(r'([a-z_]+)="([^"]*)"')
FIELDS = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}


def lines(*parts: str | bytes) -> bytes:
    """What is signed: each part ends with a line feed, the last one too."""
    return b"".join((part.encode() if isinstance(part, str) else part) + b"\n" for part in parts)


def sign(key: RSAPrivateKey, message: bytes) -> str:
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def is_signed(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def seal(key: str, text: str, associated: str) -> dict[str, str]:
    """AES-256-GCM; the nonce is 12 ASCII characters, the tag stands at the end of the ciphertext."""
    nonce = secrets.token_hex(6)
    sealed = AESGCM(key.encode()).encrypt(nonce.encode(), text.encode(), associated.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated,
        "nonce": nonce,
    }


def unseal(key: RSAPrivateKey, text: str) -> str:
    """A sensitive field: RSA-OAEP, SHA-1 as the protocol has it. Raises ``ValueError``."""
    sealed = base64.b64decode(text, validate=True)
    return key.decrypt(sealed, OAEP(mgf=MGF1(SHA1()), algorithm=SHA1(), label=None)).decode()  # noqa: S303


@dataclass(frozen=True)
class Authorization:
    """Who says that they sent a request, and how that can be checked."""

    mchid: str
    nonce_str: str
    signature: str
    timestamp: str
    serial_no: str

    @classmethod
    def read(cls, header: str) -> Self | None:
        """None for anything that is not exactly the five fields, once each."""
        schema, _, rest = header.partition(" ")
        found = PAIR.findall(rest)
        is_whole = ",".join(f'{name}="{value}"' for name, value in found) == rest.replace(", ", ",")
        if schema != SCHEMA or not is_whole or len(found) != len(FIELDS) or {name for name, _ in found} != FIELDS:
            return None
        return cls(**dict(found))
