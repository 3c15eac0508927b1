"""The verbs of this app."""

from apps.seals.services.documents import (
    datamatrix,
    qr,
    seal_certificate,
    seal_mrz,
    sign_pdf,
    verification_address,
)
from apps.seals.services.keys import create_keys, rotate, trusted_certificates
from apps.seals.services.trust import authorities, publish_trust, published_trust, revoke

__all__ = [
    "authorities",
    "create_keys",
    "datamatrix",
    "publish_trust",
    "published_trust",
    "qr",
    "revoke",
    "rotate",
    "seal_certificate",
    "seal_mrz",
    "sign_pdf",
    "trusted_certificates",
    "verification_address",
]
