"""Who signs what: UnionPay's root, intermediate and leaf, and the key that it gave to the merchant."""

import base64
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from deploy.simulators.unionpay import wire

HOLDER = "中国银联股份有限公司"
"""The third part of the leaf's name. The company's own test gateway says ``00040000:SIGN`` instead."""
PFX_PASSWORD = "000000"  # noqa: S105
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Pair:
    key: RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """The certificate, as a message carries it."""
        return self.certificate.public_bytes(Encoding.PEM).decode().strip()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class Keys:
    """Made at the first start; a folder keeps them. Bad ones are made when a fault asks for them."""

    def __init__(self, now: datetime, folder: Path | None) -> None:
        self._now, self._folder = now, folder
        self.root = self._kept("root", lambda: issue("UnionPay Simulator Root", None, now, is_authority=True))
        self.intermediate = self._kept(
            "intermediate", lambda: issue("UnionPay Simulator Intermediate", self.root, now, is_authority=True)
        )
        self.leaf = self._kept("leaf", lambda: issue(leaf_name(HOLDER), self.intermediate, now))
        self.merchant = self._kept("merchant", lambda: issue("Simulated merchant", self.intermediate, now))

    def rotate(self, now: datetime, holder: str) -> None:
        """Another leaf signs from now on; what the old one signed stays true."""
        self.leaf = issue(leaf_name(holder), self.intermediate, now)
        self._keep("leaf", self.leaf)

    def sign(self, fields: Mapping[str, str], faults: Set[str] = frozenset()) -> dict[str, str]:
        """The message with certificate and signature, or with those that ``faults`` of signing call for."""
        signer = self._signer(faults)
        message = {**fields, "signPubKeyCert": signer.pem}
        signature = bytearray(signer.key.sign(wire.signed_text(message), PKCS1v15(), SHA256()))
        if faults & {"wrong_signature", "notice_wrong_signature"}:
            signature[0] ^= 1
        if "no_signature" in faults:
            return message
        return {**message, "signature": base64.b64encode(signature).decode()}

    def is_from_merchant(self, fields: Mapping[str, str]) -> bool:
        return fields["certId"] == self.certificate_id and is_signed(fields, self.merchant.key.public_key())

    @property
    def certificate_id(self) -> str:
        return str(self.merchant.certificate.serial_number)

    @property
    def pfx(self) -> bytes:
        """The merchant's key and certificate, as the company hands them out."""
        return pkcs12.serialize_key_and_certificates(
            b"merchant",
            self.merchant.key,
            self.merchant.certificate,
            None,
            BestAvailableEncryption(PFX_PASSWORD.encode()),
        )

    @cached_property
    def _stranger(self) -> Pair:
        """All right but for who vouches for it: itself."""
        return issue(leaf_name(HOLDER), None, self._now)

    @cached_property
    def _expired(self) -> Pair:
        return issue(leaf_name(HOLDER), self.intermediate, self._now - 3 * YEAR, lives=YEAR)

    @cached_property
    def _unripe(self) -> Pair:
        return issue(leaf_name(HOLDER), self.intermediate, self._now + 9 * YEAR, lives=YEAR)

    def _signer(self, faults: Set[str]) -> Pair:
        if "unknown_serial" in faults:
            return self._stranger
        if faults & {"stale", "notice_stale"}:
            return self._expired
        return self._unripe if "future" in faults else self.leaf

    def _kept(self, name: str, make: Callable[[], Pair]) -> Pair:
        file = self._folder / f"{name}.pem" if self._folder else None
        if file is not None and file.exists():
            content = file.read_bytes()
            key = load_pem_private_key(content, None)
            assert isinstance(key, RSAPrivateKey)  # noqa: S101
            return Pair(key, x509.load_pem_x509_certificate(content))
        return self._keep(name, make())

    def _keep(self, name: str, pair: Pair) -> Pair:
        if self._folder is not None:
            file = self._folder / f"{name}.pem"
            file.touch(mode=0o600)
            file.write_text(pair.key_pem + pair.pem + "\n")
        return pair


def is_signed(fields: Mapping[str, str], key: RSAPublicKey) -> bool:
    try:
        signature = base64.b64decode(fields["signature"], validate=True)
        key.verify(signature, wire.signed_text(fields), PKCS1v15(), SHA256())
    except (ValueError, InvalidSignature):
        return False
    return True


def leaf_name(holder: str) -> str:
    return f"041@Z2026@{holder}@00000001"


def issue(
    name: str, issuer: Pair | None, begins: datetime, *, is_authority: bool = False, lives: timedelta = 10 * YEAR
) -> Pair:
    """A certificate of this common name from a day before ``begins`` on; without an issuer it vouches for itself."""
    key = generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    voucher = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins - timedelta(days=1))
        .not_valid_after(begins + lives)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(_usage(is_authority=is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(voucher.public_key()), critical=False)
    )
    return Pair(key, builder.sign(voucher, SHA256()))


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
