"""The cryptography of APIv3: RSA-SHA256 over lines that each end with a line feed, AES-256-GCM for what is sealed."""

import base64
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from apps.payments.models import Merchant
from apps.payments.providers.wechat_pay import keyring

SCHEME = "WECHATPAY2-SHA256-RSA2048"
STAMP, NONCE, SIGNATURE, SERIAL, KIND = EVIDENCE = (
    "wechatpay-timestamp",
    "wechatpay-nonce",
    "wechatpay-signature",
    "wechatpay-serial",
    "wechatpay-signature-type",
)
TOLERANCE = timedelta(seconds=300)
LONGEST_STAMP = 12
SEALED_WITH = "AEAD_AES_256_GCM"
NONCE_BYTES = 12


def lines(*parts: str | bytes) -> bytes:
    return b"".join((part if isinstance(part, bytes) else part.encode()) + b"\n" for part in parts)


def nonce() -> str:
    return secrets.token_hex(16)


def sign(merchant: Merchant, message: bytes) -> str:
    """With the newest key of ours."""
    _serial, key = keyring.own(merchant)
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def authorization(merchant: Merchant, method: str, target: bytes, body: bytes, *, at: datetime) -> str:
    """The header of a request; ``target`` is path and query exactly as they are sent."""
    stamp, once = str(int(at.timestamp())), nonce()
    parts = {
        "mchid": merchant.merchant_id,
        "nonce_str": once,
        "signature": sign(merchant, lines(method, target, stamp, once, body)),
        "timestamp": stamp,
        "serial_no": keyring.own(merchant)[0],
    }
    return f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in parts.items())


def is_genuine(merchant: Merchant, headers: Mapping[str, str], body: bytes, *, at: datetime) -> bool:
    """Signed by a pinned key that is valid at ``at``, and not older or newer than clocks differ."""
    key = keyring.platform(merchant, headers.get(SERIAL, ""), at)
    return key is not None and is_signed(key, headers, body, at=at)


def is_signed(key: RSAPublicKey, headers: Mapping[str, str], body: bytes, *, at: datetime) -> bool:
    """By this key, in the one scheme that we know, and lately."""
    if headers.get(KIND, SCHEME) != SCHEME or not _is_fresh(headers.get(STAMP, ""), at):
        return False
    message = lines(headers[STAMP], headers.get(NONCE, "").encode(errors="replace"), body)
    try:
        key.verify(base64.b64decode(headers.get(SIGNATURE, ""), validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def unseal(merchant: Merchant, sealed: Mapping[str, Any]) -> bytes:
    """What is inside. Raises ``ValueError`` when no key of ours opens it."""
    text = {name: sealed.get(name) for name in ("algorithm", "ciphertext", "nonce")}
    associated = sealed.get("associated_data") or ""
    if text.pop("algorithm") != SEALED_WITH or not all(isinstance(part, str) for part in (*text.values(), associated)):
        raise ValueError("not sealed as agreed")
    once, content = str(text["nonce"]).encode(), base64.b64decode(str(text["ciphertext"]), validate=True)
    if len(once) != NONCE_BYTES:
        raise ValueError("not sealed as agreed")
    for key in keyring.sealing(merchant):
        try:
            return AESGCM(key).decrypt(once, content, str(associated).encode())
        except InvalidTag:
            continue
    raise ValueError("sealed with another key")


def _is_fresh(stamp: str, at: datetime) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= LONGEST_STAMP):
        return False
    return abs(int(at.timestamp()) - int(stamp)) <= TOLERANCE.total_seconds()
