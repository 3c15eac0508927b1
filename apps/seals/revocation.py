"""Certificate revocation lists (RFC 5280 §5, ICAO Doc 9303-12 §7.2)."""

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, core, crl, x509
from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.seals import ecdsa
from apps.seals.certificates import UNREADABLE, Certificate
from apps.seals.signers.base import Sign

ECDSA_SHA256 = {"algorithm": "sha256_ecdsa"}


@dataclass(frozen=True, slots=True)
class RevocationList:
    """``revoked``: serial numbers, and since when."""

    issuer_key: str
    revoked: dict[int, datetime]
    signed: bytes
    signature: bytes
    digest: str

    def is_signed_by(self, issuer: Certificate) -> bool:
        return self.issuer_key == issuer.subject_key and issuer.key.verifies_der(
            self.signature, self.signed, self.digest
        )


def parse(der: bytes) -> RevocationList:
    """Raises ``Invalid`` (``revocation_list_unreadable``)."""
    try:
        return _read(crl.CertificateList.load(der, strict=True))
    except UNREADABLE:
        detail = _("This is not a revocation list that can be read.")
        raise Invalid(detail, code="revocation_list_unreadable") from None


def _read(revocations: crl.CertificateList) -> RevocationList:
    tbs = revocations["tbs_cert_list"]
    return RevocationList(
        issuer_key=tbs["issuer"].hashable,
        revoked={
            entry["user_certificate"].native: entry["revocation_date"].native for entry in tbs["revoked_certificates"]
        },
        signed=tbs.dump(),
        signature=revocations["signature"].native,
        digest=str(revocations["signature_algorithm"].hash_algo),
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """What a list is to say. ``revoked``: serial numbers, and since when; ``number`` is higher than the last one's."""

    issuer: bytes
    number: int
    revoked: dict[int, datetime]
    this_update: datetime
    next_update: datetime


def issue(notice: Notice, *, sign: Sign) -> bytes:
    """The list in DER, with the two extensions that ICAO Doc 9303-12 §7.2 asks for. ``sign`` is the authority's."""
    issuer = x509.Certificate.load(notice.issuer)
    tbs: dict[str, object] = {
        "version": "v2",
        "signature": ECDSA_SHA256,
        "issuer": issuer.subject,
        "this_update": _time(notice.this_update),
        "next_update": _time(notice.next_update),
        "crl_extensions": [
            _extension("authority_key_identifier", {"key_identifier": issuer.key_identifier}),
            _extension("crl_number", notice.number),
        ],
    }
    if notice.revoked:  # RFC 5280 §5.1.2.6: absent where there is none
        entries = sorted(notice.revoked.items())
        tbs["revoked_certificates"] = [
            {"user_certificate": serial, "revocation_date": _time(since)} for serial, since in entries
        ]
    signed = crl.TbsCertList(tbs)
    algorithm = algos.SignedDigestAlgorithm(ECDSA_SHA256)
    signature = core.OctetBitString(ecdsa.to_der(sign(signed.dump())))
    whole = crl.CertificateList({"tbs_cert_list": signed, "signature_algorithm": algorithm, "signature": signature})
    return bytes(whole.dump())


def _time(at: datetime) -> x509.Time:
    return x509.Time({"utc_time": at.replace(microsecond=0)})


def _extension(identifier: str, value: object) -> crl.TBSCertListExtension:
    return crl.TBSCertListExtension({"extn_id": identifier, "critical": False, "extn_value": value})
