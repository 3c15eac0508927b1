"""RSA2 (SHA256withRSA, PKCS#1 v1.5), by bare keys and by certificates, and the numbers that name certificates."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

YEARS = timedelta(days=3650)


@dataclass(frozen=True)
class Pair:
    """A private key and the certificate of its public half."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def number(self) -> str:
        """The ``…_cert_sn``: MD5 of the issuer's name and the serial number in decimal."""
        issuer = self.certificate.issuer
        order = (NameOID.COMMON_NAME, "CN"), (NameOID.ORGANIZATIONAL_UNIT_NAME, "OU"), (NameOID.ORGANIZATION_NAME, "O")
        name = ",".join(f"{short}={_first(issuer, oid)}" for oid, short in (*order, (NameOID.COUNTRY_NAME, "C")))
        text = f"{name}{self.certificate.serial_number}"
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    @property
    def public(self) -> str:
        """PEM of the public key."""
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def private(self) -> str:
        """PEM, PKCS#8."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def certified(self) -> str:
        """PEM of the certificate."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def sign(self, text: bytes) -> str:
        return base64.b64encode(self.key.sign(text, padding.PKCS1v15(), SHA256())).decode()

    def has_signed(self, text: bytes, signature: str) -> bool:
        try:
            mark = base64.b64decode(signature, validate=True)
            self.key.public_key().verify(mark, text, padding.PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


def _first(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    return str(name.get_attributes_for_oid(oid)[0].value)


def _name(common: str) -> x509.Name:
    parts = (NameOID.COUNTRY_NAME, "CN"), (NameOID.ORGANIZATION_NAME, "Simulated Alipay")
    unit = (NameOID.ORGANIZATIONAL_UNIT_NAME, "Certification Authority"), (NameOID.COMMON_NAME, common)
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in (*parts, *unit)])


class Authority:
    """Signs all certificates. Its bundle of roots also holds one of an elliptic curve, which counts for no number:
    the company's own bundle has such a root (SM2), and who takes it into ``alipay_root_cert_sn`` is refused."""

    def __init__(self, folder: Path | None, now: datetime) -> None:
        self._folder, self._now = folder, now
        name = _name("Simulated Root R1")
        root = self._key("root")
        self.root = Pair(root, self._certificate("root", name, root.public_key(), root, name))
        other, second = ec.generate_private_key(ec.SECP256R1()), _name("Simulated Root EC")
        self._other = self._certificate("root-ec", second, other.public_key(), other, second)

    @property
    def bundle(self) -> str:
        """``alipayRootCert``: certificates in PEM with an empty line between them."""
        return "\n".join([self._other.public_bytes(Encoding.PEM).decode(), self.root.certified])

    @property
    def number(self) -> str:
        """The ``alipay_root_cert_sn`` of the bundle: of certificates signed by RSA alone."""
        return self.root.number

    def pair(self, name: str) -> Pair:
        """The one kept under this name, made when there is none."""
        key = self._key(name)
        certificate = self._certificate(
            name, _name(name), key.public_key(), self.root.key, self.root.certificate.subject
        )
        return Pair(key, certificate)

    def has(self, name: str) -> bool:
        return self._folder is not None and (self._folder / f"{name}.key").exists()

    def _key(self, name: str) -> rsa.RSAPrivateKey:
        if self.has(name) and self._folder is not None:
            kept = load_pem_private_key((self._folder / f"{name}.key").read_bytes(), None)
            if isinstance(kept, rsa.RSAPrivateKey):
                return kept
        key = rsa.generate_private_key(65537, 2048)
        self._keep(f"{name}.key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return key

    def _certificate(
        self,
        name: str,
        subject: x509.Name,
        public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
        signer: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
        issuer: x509.Name,
    ) -> x509.Certificate:
        file = self._folder / f"{name}.crt" if self._folder else None
        if file is not None and file.exists():
            return x509.load_pem_x509_certificate(file.read_bytes())
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(self._now - timedelta(days=1)).not_valid_after(self._now + YEARS)
        made = builder.sign(signer, SHA256())
        self._keep(f"{name}.crt", made.public_bytes(Encoding.PEM))
        return made

    def _keep(self, name: str, content: bytes) -> None:
        if self._folder is not None:
            file = self._folder / name
            file.touch(mode=0o600)
            file.write_bytes(content)
