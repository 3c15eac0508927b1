"""The keys an operator would download, made once and kept; and the tokens that were signed with them."""

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import trustme
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from deploy.simulators.push import PROJECT

ACCOUNT = f"sender@{PROJECT}.iam.gserviceaccount.example"
GOOGLE_KEY_ID = "sandbox-google-key"
ES256_BYTES = 64


class BadToken(Exception):
    """Not a token, or not one of ours."""


@dataclass(frozen=True)
class Keys:
    google: rsa.RSAPublicKey
    apple: ec.EllipticCurvePublicKey
    certificate: Path
    ca: Path

    @classmethod
    def kept_in(cls, folder: Path, *, url: str) -> Self:
        """Those of the folder, made where there are none. ``url`` is where the service account signs in."""
        folder.mkdir(parents=True, exist_ok=True)
        google = _kept(folder / "google.pem", lambda: rsa.generate_private_key(65537, 2048))
        apple = _kept(folder / "apns.p8", lambda: ec.generate_private_key(ec.SECP256R1()))
        if not isinstance(google, rsa.RSAPrivateKey) or not isinstance(apple, ec.EllipticCurvePrivateKey):
            raise SystemExit(f"push: {folder} holds other keys")
        _write(folder / "service-account.json", json.dumps(_account(google, url), indent=1).encode())
        certificate, ca = folder / "server.pem", folder / "ca.pem"
        if not (certificate.exists() and ca.exists()):
            authority = trustme.CA()
            authority.cert_pem.write_to_path(str(ca))
            _write(certificate, authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.bytes())
        return cls(google.public_key(), apple.public_key(), certificate, ca)

    def read_google(self, token: str) -> dict[str, Any]:
        """The claims of a JWT signed by the service account (RS256). Raises ``BadToken``."""
        header, claims, signed, mark = _parts(token)
        if (header.get("alg"), header.get("kid")) != ("RS256", GOOGLE_KEY_ID):
            raise BadToken
        try:
            self.google.verify(mark, signed, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            raise BadToken from None
        return claims

    def read_apple(self, token: str, key_id: str) -> dict[str, Any]:
        """The claims of a provider token (ES256). Raises ``BadToken``."""
        header, claims, signed, mark = _parts(token)
        if (header.get("alg"), header.get("kid")) != ("ES256", key_id) or len(mark) != ES256_BYTES:
            raise BadToken
        half = ES256_BYTES // 2
        pair = encode_dss_signature(int.from_bytes(mark[:half]), int.from_bytes(mark[half:]))
        try:
            self.apple.verify(pair, signed, ec.ECDSA(SHA256()))
        except InvalidSignature:
            raise BadToken from None
        return claims


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Header, claims, what was signed, and the signature (RFC 7515 §3.1)."""
    try:
        first, second, third = token.split(".")
        header, claims = json.loads(_plain(first)), json.loads(_plain(second))
        mark = _plain(third)
    except ValueError:
        raise BadToken from None
    if not (isinstance(header, dict) and isinstance(claims, dict)):
        raise BadToken
    return header, claims, f"{first}.{second}".encode(), mark


def _plain(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _account(key: rsa.RSAPrivateKey, url: str) -> dict[str, str]:
    """As the console of Google Cloud hands it out."""
    return {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": GOOGLE_KEY_ID,
        "private_key": _pem(key).decode(),
        "client_email": ACCOUNT,
        "client_id": "1",
        "token_uri": f"{url}/token",
    }


def _kept(file: Path, make: Any) -> Any:
    if not file.exists():
        _write(file, _pem(make()))
    return load_pem_private_key(file.read_bytes(), None)


def _pem(key: Any) -> bytes:
    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
