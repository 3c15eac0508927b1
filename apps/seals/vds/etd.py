"""The seal of an emergency travel document: definition 0x5E, category 0x03 (ICAO Doc 9303-8 §6)."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.seals import c40, certificates, mrz
from apps.seals.mrz.profiles import TD2
from apps.seals.signers.base import Signer
from apps.seals.vds.header import Header
from apps.seals.vds.seal import Feature, Seal, signed, unsigned

DOCUMENT_TYPE = (0x5E, 0x03)
MRZ = 0x02
MRZ_BYTES = 48


def issue(*, signer: Signer, mrz_lines: Sequence[str], issued_on: date, signed_on: date) -> bytes:
    """134 bytes for a serial number of up to three hex digits, 136 for up to six.

    Raises ``Invalid`` (``seal_mrz``, or as ``mrz.parse``) unless the zone is that of a right single sheet.
    """
    zone = mrz.parse(mrz_lines, on=issued_on)
    if zone.layout is not TD2 or zone.document_code != "PU" or not zone.valid:
        raise Invalid(_("Only the correct zone of a single-sheet document can be sealed."), code="seal_mrz")
    certificate = certificates.parse(signer.certificate_der)
    definition, category = DOCUMENT_TYPE
    header = Header(
        issuing_state=zone.issuing_state,
        signer=certificate.country + certificate.name,
        reference=certificate.reference,
        issued_on=issued_on,
        signed_on=signed_on,
        definition=definition,
        category=category,
    )
    message = unsigned(header, (Feature(MRZ, c40.encode("".join(zone.lines))),))
    return signed(message, signer.sign(message))


def sealed_lines(seal: Seal) -> tuple[str, str]:
    """The two lines of 36. Raises ``Invalid`` unless the seal has the form that the profile asks for."""
    header = seal.header
    if header.version != 4 or header.issued_on is None or header.signed_on is None:  # noqa: PLR2004
        raise Invalid(code="vds_header")
    values = [feature.value for feature in seal.features if feature.tag == MRZ]
    if len(values) != 1 or len(values[0]) != MRZ_BYTES:
        raise Invalid(code="vds_feature")
    text = c40.decode(values[0]).replace(" ", "<")
    if len(text) != 2 * TD2.width:
        raise Invalid(code="vds_feature")
    return text[: TD2.width], text[TD2.width :]


def unknown_features(seal: Seal) -> list[int]:
    return [feature.tag for feature in seal.features if feature.tag != MRZ]
