"""The seal of an emergency travel document: definition 0x5E, category 0x03 (ICAO Doc 9303-8 §6)."""

from datetime import date

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.seals import c40, certificates
from apps.seals.mrz.profiles import TD2
from apps.seals.mrz.reading import Zone
from apps.seals.signers.base import Signer
from apps.seals.vds.header import V4, Header, Names
from apps.seals.vds.seal import Feature, Seal, signed, unsigned

DOCUMENT_TYPE = (0x5E, 0x03)
MRZ = 0x02
MRZ_BYTES = 48


def check(zone: Zone) -> Zone:
    """The zone, if it is one of a single sheet and nothing in it is wrong. Raises ``Invalid`` (``seal_mrz``)."""
    if zone.layout is TD2 and zone.document_code == "PU" and zone.valid:
        return zone
    raise Invalid(_("Only the correct zone of a single-sheet document can be sealed."), code="seal_mrz")


def issue(zone: Zone, *, signer: Signer, issued_on: date, signed_on: date) -> bytes:
    """Seal a zone that has passed ``check``.

    134 bytes for a serial number of up to three hex digits, 136 for up to six.
    """
    certificate = certificates.parse(signer.certificate_der)
    names = Names(zone.issuing_state, certificate.country + certificate.name, certificate.reference)
    header = Header(names, issued_on, signed_on, DOCUMENT_TYPE)
    message = unsigned(header, (Feature(MRZ, c40.encode(zone.first + zone.second)),))
    return signed(message, signer.sign(message))


def sealed_lines(seal: Seal) -> tuple[str, str]:
    """The two lines of 36. Raises ``Invalid`` unless the seal has the form that the profile asks for."""
    header = seal.header
    if header.version != V4 or header.issued_on is None or header.signed_on is None:
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
