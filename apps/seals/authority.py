"""Making certificates: two levels, ICAO Doc 9303-12 §7. Signed through ``Signer``, so no key comes near.

Named curves, where ICAO asks for explicit parameters in a CSCA: nobody in the world of seals writes those.
"""

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, core, keys, x509

from apps.seals import certificates, ecdsa
from apps.seals.signers.base import Sign

ECDSA_SHA256 = {"algorithm": "sha256_ecdsa"}
GENERALIZED_FROM = 2050
"""RFC 5280 §4.1.2.5: the first year that UTCTime cannot say."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a certificate is to say. ``subject`` are country and common name."""

    subject: tuple[str, str]
    serial: int
    spki: bytes
    not_before: datetime
    not_after: datetime


def authority(order: Order, *, sign: Sign) -> bytes:
    """A CSCA, self-signed with ``sign``; DER."""
    subject_key = _subject_key(order.spki)
    extensions = [
        _extension("key_usage", x509.KeyUsage({"key_cert_sign", "crl_sign"}), critical=True),
        _extension("basic_constraints", {"ca": True, "path_len_constraint": 0}, critical=True),
        _extension("key_identifier", subject_key),
    ]
    return _issue(order, extensions, issuer=_name(*order.subject), sign=sign)


def vds_signer(order: Order, *, issuer: bytes, sign: Sign, document_codes: tuple[str, ...]) -> bytes:
    """A bar code signer (ICAO Doc 9303-12 §7.1.4); the profile allows these extensions and no other."""
    documents = certificates.DOCUMENT_TYPE_LIST({"version": 0, "codes": list(document_codes)})
    extensions = [
        _authority_key(issuer),
        _extension("extended_key_usage", [certificates.VDS_SIGNER], critical=True),
        _extension(certificates.DOCUMENT_TYPE, documents),
    ]
    return _issue(order, extensions, issuer=_subject_of(issuer), sign=sign)


def pdf_signer(order: Order, *, issuer: bytes, sign: Sign) -> bytes:
    """A signer of documents, for PAdES (ETSI EN 319 412-2 §4.3.2: non-repudiation)."""
    extensions = [
        _authority_key(issuer),
        _extension("key_identifier", _subject_key(order.spki)),
        _extension("key_usage", x509.KeyUsage({"digital_signature", "non_repudiation"}), critical=True),
    ]
    return _issue(order, extensions, issuer=_subject_of(issuer), sign=sign)


def _issue(order: Order, extensions: list[x509.Extension], *, issuer: x509.Name, sign: Sign) -> bytes:
    tbs = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": order.serial,
            "signature": ECDSA_SHA256,
            "issuer": issuer,
            "validity": {"not_before": _time(order.not_before), "not_after": _time(order.not_after)},
            "subject": _name(*order.subject),
            "subject_public_key_info": keys.PublicKeyInfo.load(order.spki),
            "extensions": extensions,
        }
    )
    signature = ecdsa.to_der(sign(tbs.dump()))
    algorithm = algos.SignedDigestAlgorithm(ECDSA_SHA256)
    certificate = {"tbs_certificate": tbs, "signature_algorithm": algorithm, "signature_value": signature}
    return bytes(x509.Certificate(certificate).dump())


def _name(country: str, common_name: str) -> x509.Name:
    name: x509.Name = x509.Name.build({"country_name": country, "common_name": common_name}, use_printable=True)
    return name


def _subject_of(der: bytes) -> x509.Name:
    subject: x509.Name = x509.Certificate.load(der).subject
    return subject


def _time(at: datetime) -> x509.Time:
    return x509.Time({"utc_time" if at.year < GENERALIZED_FROM else "general_time": at})


def _subject_key(spki: bytes) -> bytes:
    """RFC 5280 §4.2.1.2, method 1."""
    return bytes(keys.PublicKeyInfo.load(spki).sha1)


def _authority_key(issuer: bytes) -> x509.Extension:
    identifier = x509.Certificate.load(issuer).key_identifier
    return _extension("authority_key_identifier", {"key_identifier": identifier})


def _extension(identifier: str, value: object, *, critical: bool = False) -> x509.Extension:
    if isinstance(value, core.Asn1Value) and identifier == certificates.DOCUMENT_TYPE:
        value = value.dump()
    return x509.Extension({"extn_id": identifier, "critical": critical, "extn_value": value})
