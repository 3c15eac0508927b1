"""The verbs of this app."""

from apps.seals.services.documents import datamatrix, seal_mrz, sign_pdf
from apps.seals.services.keys import create_keys, rotate, trusted_certificates
from apps.seals.services.trust import authorities, publish_trust, published_trust, revoke

__all__ = [
    "authorities",
    "create_keys",
    "datamatrix",
    "publish_trust",
    "published_trust",
    "revoke",
    "rotate",
    "seal_mrz",
    "sign_pdf",
    "trusted_certificates",
]
