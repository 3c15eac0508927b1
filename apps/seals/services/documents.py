"""Sealing and signing what is issued."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from django.utils.translation import gettext as _

from apps.kernel.errors import Conflict
from apps.seals import datamatrix as code
from apps.seals import mrz, pades
from apps.seals.models import Purpose, SigningKey
from apps.seals.vds import etd

FORMATS = {"png": code.as_png, "svg": code.as_svg}


def seal_mrz(*, mrz_lines: Sequence[str], issued_on: date, at: datetime) -> bytes:
    """The seal of a single-sheet emergency travel document (ICAO Doc 9303-8 §6): 134 or 136 bytes.

    Raises ``Invalid`` (``seal_mrz``, ``mrz_…``) or ``Conflict`` (``signing_key_missing``,
    ``signing_key_not_valid``).
    """
    zone = etd.check(mrz.parse(mrz_lines, on=issued_on))
    key = _key(Purpose.VDS, at=at, until=zone.expiry)
    return etd.issue(zone, signer=key.signer, issued_on=issued_on, signed_on=at.astimezone(UTC).date())


def sign_pdf(*, pdf: bytes, reason: str, at: datetime, valid_until: date | None = None) -> bytes:
    """The PDF with a PAdES signature. The same document at the same time gives the same bytes.

    ``valid_until`` is the last day of what the document says, if it has one. Raises ``Invalid``
    (``pdf_unreadable``), ``Conflict`` (``signing_key_missing``, ``signing_key_not_valid``).
    """
    key = _key(Purpose.PDF, at=at, until=valid_until)
    return pades.sign(
        pdf, signer=key.signer, chain=[key.issuer.certificate_der] if key.issuer else [], reason=reason, at=at
    )


def datamatrix(*, seal: bytes, kind: str = "png") -> bytes:
    """The picture to print: ``png`` (a verifier finds it in a PDF, too) or ``svg``. At least 15 mm wide."""
    return FORMATS[kind](seal)


def _key(purpose: Purpose, *, at: datetime, until: date | None) -> SigningKey:
    key = SigningKey.objects.current().select_related("issuer").filter(purpose=purpose).first()
    if key is None:
        raise Conflict(_("There is no signing key for this yet."), code="signing_key_missing")
    if not key.may_sign(at=at, until=until):
        raise Conflict(_("The signing key may not sign this now."), code="signing_key_not_valid")
    return key
