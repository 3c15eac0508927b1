"""Signed PDFs (PAdES, ETSI EN 319 142-1), and the seal on them."""

from apps.seals.certificates import VDS_SIGNER, Certificate, describe
from apps.seals.formats import pdf_pictures, pdf_signature
from apps.seals.formats.base import Question, formats, recognised
from apps.seals.formats.pdf_signature import PdfSignature
from apps.seals.verdicts import Code, Verdict

MAGIC = b"%PDF-"


class Pdf:
    """``content``: ``signer``, ``signature``, and ``seal``, the verdict on the code it carries, if it does.

    The codes are those of a seal. A signature that is broken, or stops before the last byte, is INVALID_SIGNATURE.
    A void document is known by the number in its seal: VOID_DOCUMENT.
    """

    def recognises(self, data: bytes) -> bool:
        return data.startswith(MAGIC)

    def verify(self, data: bytes, question: Question) -> Verdict:
        try:
            signature = pdf_signature.read(data)
        except Exception as error:  # of a damaged file, pyHanko may raise anything
            return Verdict(Code.WRONG_FORMAT, "pdf", detail=getattr(error, "code", type(error).__name__))
        seal = _seal(signature, question)
        content = {
            "signer": dict(describe(signature.signer)),
            "signature": {
                "coverage": "ENTIRE_FILE" if signature.covers_file else "PARTIAL",
                "intact": signature.is_intact,
                "signed_at": signature.signed_at.isoformat() if signature.signed_at else None,
                "reason": signature.reason,
            },
            "seal": seal.as_json() if seal else None,
        }
        status, code = seal.document_status if seal else "", _code(signature, question)
        if code is Code.VALID and seal and seal.code is Code.VOID_DOCUMENT:
            code = seal.code
        return Verdict(code, "pdf", lambda: content, document_status=status)


def _code(signature: PdfSignature, question: Question) -> Code:
    signer, trust, at = signature.signer, question.trust, question.at
    if not trust.trusts(signer, at=at) or not _may_sign(signer):
        return Code.UNTRUSTED_CERTIFICATE
    if not signer.is_valid_at(at):
        return Code.EXPIRED_CERTIFICATE
    if trust.has_revoked(signer, at=at):
        return Code.REVOKED_CERTIFICATE
    genuine = signature.covers_file and signature.is_intact and _vouched_for(signature, question)
    return Code.VALID if genuine else Code.INVALID_SIGNATURE


def _may_sign(signer: Certificate) -> bool:
    """Not the keys for seals, and none whose key usage excludes it (RFC 5280 §4.2.1.3)."""
    if signer.is_authority or VDS_SIGNER in (signer.purposes or ()):
        return False
    return signer.usages is None or bool(signer.usages & {"digital_signature", "non_repudiation"})


def _vouched_for(signature: PdfSignature, question: Question) -> bool:
    """Certificates that come along are outside the signature: each must be genuine by itself."""
    return all(each.is_signed_by(each) or question.trust.trusts(each, at=question.at) for each in signature.companions)


def _seal(signature: PdfSignature, question: Question) -> Verdict | None:
    try:
        for payload in pdf_pictures.codes(signature.reader):
            if format_ := recognised(payload):
                return format_.verify(payload, question)
    except Exception:  # the seal is extra; a picture that cannot be read is none
        return None
    return None


formats.add("pdf", Pdf())
