"""The signature inside a PDF, judged more strictly than viewers do (ISO 32000-2 §12.8.1, RFC 5652)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from apps.kernel.errors import Invalid
from apps.seals import certificates
from apps.seals.certificates import Certificate

DIGESTS = {"sha256", "sha384", "sha512"}


@dataclass(frozen=True, slots=True)
class PdfSignature:
    """The last signature of a file. ``companions`` are the certificates that came with the signer's."""

    reader: PdfFileReader
    signer: Certificate
    companions: Sequence[Certificate]
    signed_at: datetime | None
    reason: str
    covers_file: bool
    is_intact: bool


def read(data: bytes) -> PdfSignature:
    """Raises ``Invalid`` where there is no signature or it cannot be read, and whatever pyHanko raises."""
    reader = PdfFileReader(BytesIO(data))
    signatures = reader.embedded_regular_signatures
    if not signatures:
        raise Invalid(code="pdf_not_signed")
    last = signatures[-1]
    return PdfSignature(
        reader=reader,
        signer=certificates.parse(last.signer_cert.dump()),
        companions=[certificates.parse(each.dump()) for each in last.other_embedded_certs],
        signed_at=last.self_reported_timestamp,
        reason=str(last.sig_object.get("/Reason", "")),
        covers_file=_covers(last, data),
        is_intact=_is_plain(last) and _is_intact(last),
    )


def _covers(signature: EmbeddedPdfSignature, data: bytes) -> bool:
    """From the first byte to the last, but for the signature itself, in hex, to the letter."""
    start, before, after, rest = signature.byte_range
    envelope = signature.pkcs7_content
    padding = envelope[len(cms.ContentInfo.load(envelope).dump()) :]
    written = b"<" + envelope.hex().encode() + b">"
    return (
        start == 0
        and after + rest == len(data)
        and data[before:after] in {written, written.upper()}
        and not padding.strip(b"\0")
    )


def _is_plain(signature: EmbeddedPdfSignature) -> bool:
    """No part of the envelope may say other than its signed attributes do."""
    signed_data, signer = signature.signed_data, signature.signer_info
    return (
        signed_data["version"].native == "v1"
        and signer["version"].native == "v1"
        and signer["sid"].name == "issuer_and_serial_number"
        and signer["sid"].chosen["issuer"].dump() == signature.signer_cert.issuer.dump()
        and signed_data["encap_content_info"]["content_type"].native == "data"
        and [each.dump() for each in signed_data["digest_algorithms"]] == [signer["digest_algorithm"].dump()]
        and signer["digest_algorithm"]["algorithm"].native in DIGESTS
        and len(signer["signed_attrs"]) > 0
    )


def _is_intact(signature: EmbeddedPdfSignature) -> bool:
    try:
        digest_is_right, signature_is_right = validate_sig_integrity(
            signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
        )
    except SignatureValidationError:
        return False
    return bool(digest_is_right and signature_is_right)
