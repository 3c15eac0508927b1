"""The verbs of this app."""

from apps.seals.services.documents import datamatrix, seal_mrz, sign_pdf
from apps.seals.services.keys import create_keys, rotate, trusted_certificates

__all__ = ["create_keys", "datamatrix", "rotate", "seal_mrz", "sign_pdf", "trusted_certificates"]
