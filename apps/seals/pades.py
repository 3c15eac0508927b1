"""Signing PDFs: PAdES baseline B (ETSI EN 319 142-1), as an addition that leaves a PDF/A-2b what it is."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from io import BytesIO

from django.utils.translation import gettext as _
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from apps.kernel.errors import Invalid
from apps.seals.cms import Envelope
from apps.seals.ecdsa import to_der
from apps.seals.signers.base import Signer

FIELD = "Signature"
ID_BYTES = 16


class SigningWriter(IncrementalPdfFileWriter):
    """Adds what it is told and nothing else, so that the same document signed again is the same bytes.

    pyHanko would also write the time of day into the metadata, and a random file identifier.
    """

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        prev.stream.seek(0)
        changed = generic.ByteStringObject(sha256(prev.stream.read()).digest()[:ID_BYTES])
        first = prev.trailer["/ID"][0] if "/ID" in prev.trailer else changed
        if isinstance(first, generic.TextStringObject):  # bytes that happen to be printable
            first = generic.ByteStringObject(first.original_bytes)
        return generic.ArrayObject([first, changed])

    def _update_meta(self) -> None:
        """The metadata say when the page was made; its signature says when that was signed."""


def sign(pdf: bytes, *, signer: Signer, chain: Sequence[bytes], reason: str, at: datetime) -> bytes:
    """The PDF with an invisible signature over all of it; ``chain`` are the signer's issuers.

    Raises ``Invalid`` (``pdf_unreadable``).
    """
    envelope = _envelope((signer.certificate_der, *chain))
    field = SignatureObject(
        timestamp=at, reason=reason, subfilter=SigSeedSubFilter.PADES, bytes_reserved=2 * envelope.longest
    )
    try:
        steps = PdfCMSEmbedder().write_cms(FIELD, SigningWriter(BytesIO(pdf)))
        next(steps)
        steps.send(SigObjSetup(sig_placeholder=field))
        prepared, output = steps.send(SigIOSetup(md_algorithm="sha256"))
    except (PdfError, SigningError, ValueError, TypeError, AssertionError):
        raise Invalid(_("This is not a PDF that can be signed."), code="pdf_unreadable") from None
    attributes = envelope.attributes(prepared.document_digest)
    steps.send(envelope.sealed(attributes, to_der(signer.sign(attributes))))
    return bytes(output.getvalue())


@lru_cache(maxsize=16)
def _envelope(chain: tuple[bytes, ...]) -> Envelope:
    return Envelope(chain)
