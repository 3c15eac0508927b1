"""Reading certificates, also those of real signers, which break rules: an empty EKU, NULL parameters, and more.

So asn1crypto reads the structure, and pyca sees the key alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from asn1crypto import core, pem, x509
from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.seals import ecdsa

VDS_SIGNER = "2.23.136.1.1.11.1"
"""id-icao-vdsSigner, an extended key usage (ICAO Doc 9303-12 §7.1.4)."""

DOCUMENT_TYPE = "2.23.136.1.1.6.2"
BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE = "2.5.29.19", "2.5.29.15", "2.5.29.37"
AUTHORITY_KEY, SUBJECT_KEY = "2.5.29.35", "2.5.29.14"

LISTED = {"CERTIFICATE", "X509 CRL"}
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError)
"""What asn1crypto raises for bytes that are not what they seem."""


class DocumentCodes(core.SetOf):
    _child_spec = core.PrintableString


class DocumentType(core.Sequence):
    """``DocumentTypeListSyntax``: which documents the key may seal (ICAO Doc 9303-12 §7.1.2)."""

    _fields = [("version", core.Integer), ("codes", DocumentCodes)]


DOCUMENT_TYPE_LIST: Any = DocumentType
"""The same, for callers under strict typing: asn1crypto has none."""


@dataclass(frozen=True, slots=True, eq=False)
class Certificate:
    """What verification asks of one. Where it has no such extension, ``purposes`` … are None, not empty."""

    der: bytes
    country: str
    name: str
    serial: int
    subject: str
    subject_key: str
    issuer_key: str
    not_before: datetime
    not_after: datetime
    is_authority: bool
    usages: frozenset[str] | None
    purposes: frozenset[str] | None
    document_types: frozenset[str] | None
    key: ecdsa.PublicKey
    signed: bytes
    signature: bytes
    digest: str

    @property
    def reference(self) -> str:
        """The certificate reference of a seal: the serial number in hex (ICAO Doc 9303-13 §2.2)."""
        return f"{self.serial:X}"

    @property
    def lookup(self) -> str:
        """What a seal's header says of its signer: country, name, serial number."""
        return f"{self.country}{self.name}{self.reference}".upper()

    def is_valid_at(self, at: datetime) -> bool:
        return self.not_before <= at <= self.not_after

    def is_signed_by(self, issuer: "Certificate") -> bool:
        return self.issuer_key == issuer.subject_key and issuer.key.verifies_der(
            self.signature, self.signed, self.digest
        )


@lru_cache(maxsize=1024)
def describe(certificate: Certificate) -> dict[str, str]:
    """For people, in JSON."""
    return {
        "subject": certificate.subject,
        "serial": certificate.reference,
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
        "sha256": sha256(certificate.der).hexdigest(),
    }


@lru_cache(maxsize=1024)
def parse(der: bytes) -> Certificate:
    """Raises ``Invalid``: ``certificate_unreadable``, ``key_not_supported``."""
    try:
        return _read(x509.Certificate.load(der, strict=True), der)
    except UNREADABLE:
        detail = _("This is not a certificate that can be read.")
        raise Invalid(detail, code="certificate_unreadable") from None


def split(data: bytes) -> Iterable[bytes]:
    """The certificates and revocation lists of one file: DER, or any number in PEM.

    Raises ``ValueError`` for broken PEM.
    """
    if not pem.detect(data):
        return [data]
    return [der for label, _headers, der in pem.unarmor(data, multiple=True) if label in LISTED]


def _read(certificate: x509.Certificate, der: bytes) -> Certificate:
    tbs = certificate["tbs_certificate"]
    names = tbs["subject"].native
    extensions = _extensions(tbs)
    constraints = extensions.get(BASIC_CONSTRAINTS)
    return Certificate(
        der=der,
        country=_text(names.get("country_name")).upper(),
        name=_text(names.get("common_name")),
        serial=tbs["serial_number"].native,
        subject=tbs["subject"].human_friendly,
        subject_key=tbs["subject"].hashable,
        issuer_key=tbs["issuer"].hashable,
        not_before=tbs["validity"]["not_before"].native,
        not_after=tbs["validity"]["not_after"].native,
        is_authority=bool(constraints and constraints["ca"]),
        usages=_frozen(extensions.get(KEY_USAGE)),
        purposes=_frozen(extensions.get(EXTENDED_KEY_USAGE)),
        document_types=_frozen(extensions.get(DOCUMENT_TYPE)),
        key=ecdsa.load(tbs["subject_public_key_info"].dump()),
        signed=tbs.dump(),
        signature=_whole_octets(certificate["signature_value"]),
        digest=_digest(certificate),
    )


def _extensions(tbs: x509.TbsCertificate) -> dict[str, Any]:
    """Those that count, by object identifier; what another extension holds need not even parse."""
    return {
        identifier: READERS[identifier](extension["extn_value"])
        for extension in tbs["extensions"]
        if (identifier := extension["extn_id"].dotted) in READERS
    }


READERS: dict[str, Callable[[core.ParsableOctetString], Any]] = {
    BASIC_CONSTRAINTS: lambda value: value.parsed.native,
    KEY_USAGE: lambda value: value.parsed.native,
    EXTENDED_KEY_USAGE: lambda value: value.parsed.native,
    DOCUMENT_TYPE: lambda value: _document_codes(value.contents or b""),
}


def _document_codes(der: bytes) -> list[str]:
    """Some write a code of one letter with a filler."""
    return [code.rstrip("<") for code in DOCUMENT_TYPE_LIST.load(der, strict=True)["codes"].native]


def _whole_octets(bits: core.OctetBitString) -> bytes:
    """Raises ``ValueError`` where the count of unused bits, which no signature covers, is not zero."""
    contents = bits.contents or b""
    if contents[:1] != b"\0":
        raise ValueError("unused bits")
    return bytes(contents[1:])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _frozen(values: Iterable[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def _digest(certificate: x509.Certificate) -> str:
    """Empty for a signature other than ECDSA, which then verifies nothing."""
    algorithm = certificate["signature_algorithm"]
    same = algorithm["algorithm"].dotted == certificate["tbs_certificate"]["signature"]["algorithm"].dotted
    return str(algorithm.hash_algo) if same and algorithm.signature_algo == "ecdsa" else ""
