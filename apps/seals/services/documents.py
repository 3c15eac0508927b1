"""Sealing and signing what is issued."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from apps.kernel.errors import Conflict
from apps.seals import datamatrix as code
from apps.seals import mrz, pades
from apps.seals import qr as qr_code
from apps.seals.models import Purpose, SigningKey
from apps.seals.vds import certificate, etd
from apps.seals.vds.certificate import Statement

FORMATS = {"png": code.as_png, "svg": code.as_svg}
QR_FORMATS = {"png": qr_code.as_png, "svg": qr_code.as_svg}


def seal_mrz(*, mrz_lines: Sequence[str], issued_on: date, at: datetime) -> bytes:
    """The seal of a single-sheet emergency travel document (ICAO Doc 9303-8 §6): 134 or 136 bytes.

    Raises ``Invalid`` (``seal_mrz``, ``mrz_…``) or ``Conflict`` (``signing_key_missing``,
    ``signing_key_not_valid``).
    """
    zone = etd.check(mrz.parse(mrz_lines, on=issued_on))
    key = _key(Purpose.VDS, at=at, until=zone.expiry)
    return etd.issue(zone, signer=key.signer, issued_on=issued_on, signed_on=at.astimezone(UTC).date())


def seal_certificate(
    *,
    kind: str,
    number: str,
    surname: str,
    given_names: str,
    chinese_name: str,
    born_on: date,
    passport_number: str,
    happened_on: date,
    valid_until: date,
    post: str,
    issued_on: date,
    at: datetime,
) -> bytes:
    """The seal of a letter (ADR 0014): ``loss_certificate`` or ``progress_certificate``, about 150 bytes.

    ``passport_number`` is the whole one, or empty for none; only its masked form is sealed. ``happened_on`` is the day
    of the loss or of the submission, ``post`` three letters. Raises ``Invalid`` (``seal_certificate``, ``mrz_name_…``)
    or ``Conflict`` (``signing_key_missing``, ``signing_key_not_valid``).
    """
    statement = Statement(
        kind=kind,
        number=number,
        printed_name=certificate.printed_name(surname=surname, given_names=given_names),
        chinese_name=chinese_name,
        born_on=born_on,
        passport=certificate.masked(passport_number),
        happened_on=happened_on,
        valid_until=valid_until,
        post=post,
    )
    key = _key(Purpose.VDS, at=at, until=valid_until)
    return certificate.issue(statement, signer=key.signer, issued_on=issued_on, signed_on=at.astimezone(UTC).date())


def verification_address(*, seal: bytes) -> str:
    """The address of our verification page with the seal behind the #, where no server sees it."""
    return qr_code.address(seal, public_url=settings.PUBLIC_URL)


def qr(*, text: str, kind: str = "png") -> bytes:
    """A QR code to print at least 25 mm wide: ``png`` (with quiet zone, found in a PDF, too) or ``svg`` (without)."""
    return QR_FORMATS[kind](text)


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
    keys = SigningKey.objects.current().filter(purpose=purpose)
    if purpose == Purpose.PDF:  # a seal names its signer, and leaves out whose authority that has
        keys = keys.select_related("issuer")
    key = keys.first()
    if key is None:
        raise Conflict(_("There is no signing key for this yet."), code="signing_key_missing")
    if not key.may_sign(at=at, until=until):
        raise Conflict(_("The signing key may not sign this now."), code="signing_key_not_valid")
    return key
