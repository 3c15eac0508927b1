"""Certificate revocation lists (RFC 5280 §5, ICAO Doc 9303-12 §7.2)."""

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import crl
from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.seals.certificates import UNREADABLE, Certificate


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
