"""Visible digital seals (ICAO Doc 9303-13 App. D; 9303-8 App. A for the rules of travel documents)."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from apps.kernel.errors import Invalid
from apps.seals import mrz
from apps.seals.certificates import VDS_SIGNER, Certificate, describe
from apps.seals.formats.base import Question, formats
from apps.seals.mrz.reading import Zone
from apps.seals.vds import etd
from apps.seals.vds.header import MAGIC
from apps.seals.vds.seal import Seal, decode
from apps.seals.verdicts import GOOD, Code, Verdict

OTHER_DOCUMENTS = {
    (0x5D, 0x01): "visa",
    (0xFB, 0x06): "residence permit",
    (0xFD, 0x02): "arrival attestation",
    (0xFC, 0x04): "social insurance card",
    (0xFA, 0x06): "national document FA06",
    (0xF9, 0x08): "national document F908",
    (0xF8, 0x0A): "national document F80A",
    (0xF9, 0x0C): "national document F90C",
}
"""Judged by format, signer and signature alone; what their features mean is their issuers' affair."""


class Vds:
    """``content``: ``header``, ``features``, ``signer``, and for a travel document ``mrz`` and ``fields``."""

    def recognises(self, data: bytes) -> bool:
        return data.startswith(MAGIC)

    def verify(self, data: bytes, question: Question) -> Verdict:
        try:
            seal = decode(data)
            lines = _lines(seal)
        except Invalid as error:
            return Verdict(Code.WRONG_FORMAT, "vds", detail=error.code)
        zone = _zone(lines, seal)
        code, signer = Code.UNKNOWN_CERTIFICATE, None
        for signer in question.trust.signers(seal.header.key):
            code = _code(seal, signer, lines, zone, question)
            if code in GOOD:
                break
        content = partial(_content, seal, lines, zone, signer)
        return Verdict(code, "vds", content, document_status=_status(zone, question.at))


def _lines(seal: Seal) -> tuple[str, str] | None:
    """The sealed zone of a travel document, none of another known document. Raises ``Invalid``."""
    if seal.header.document_type == etd.DOCUMENT_TYPE:
        return etd.sealed_lines(seal)
    if seal.header.document_type not in OTHER_DOCUMENTS:
        raise Invalid(code="vds_document_type")
    return None


def _zone(lines: tuple[str, str] | None, seal: Seal) -> Zone | None:
    if lines is None or seal.header.issued_on is None:
        return None
    try:
        return mrz.parse(lines, on=seal.header.issued_on)
    except Invalid:
        return None


def _code(
    seal: Seal,
    signer: Certificate,
    lines: tuple[str, str] | None,
    zone: Zone | None,
    question: Question,
) -> Code:
    code = _code_of_signer(signer, lines, question)
    if code is not Code.VALID:
        return code
    if not signer.key.verifies(seal.signature, seal.signed):
        return Code.INVALID_SIGNATURE
    if lines is None:
        return Code.VALID
    if zone is None or not all(zone.checks.values()):
        return Code.INVALID_SEAL_MRZ
    if question.printed_mrz:
        code = _code_of_print(question.printed_mrz, lines, zone)
    return Code.UNKNOWN_FEATURE if code is Code.VALID and etd.unknown_features(seal) else code


def _code_of_signer(signer: Certificate, lines: tuple[str, str] | None, question: Question) -> Code:
    foreign_purpose = signer.purposes and VDS_SIGNER not in signer.purposes
    if not question.trust.trusts(signer, at=question.at) or (lines and foreign_purpose):
        return Code.UNTRUSTED_CERTIFICATE
    if lines and signer.document_types is not None and lines[0][:2].rstrip("<") not in signer.document_types:
        return Code.INVALID_DOCUMENTTYPE
    if not signer.is_valid_at(question.at):
        return Code.EXPIRED_CERTIFICATE
    if question.trust.has_revoked(signer, at=question.at):
        return Code.REVOKED_CERTIFICATE
    return Code.VALID


def _code_of_print(printed: Sequence[str], lines: tuple[str, str], zone: Zone) -> Code:
    """Compare what was read off the page; a filler may have been read as a space."""
    read = [line.replace(" ", "<") for line in printed]
    try:
        right = all(mrz.parse(read, on=zone.expiry or date.max).checks.values())
    except Invalid:
        right = False
    if not right:
        return Code.INVALID_PRINTED_MRZ
    return Code.VALID if tuple(read) == lines else Code.SEAL_DOCUMENT_MISMATCH


def _status(zone: Zone | None, at: datetime) -> str:
    if zone is None or zone.expiry is None:
        return ""
    return "expired" if zone.expiry < at.date() else "current"


def _content(
    seal: Seal, lines: tuple[str, str] | None, zone: Zone | None, signer: Certificate | None
) -> dict[str, Any]:
    header = seal.header
    definition, category = header.document_type
    content: dict[str, Any] = {
        "header": {
            "version": header.version,
            "issuing_state": header.names.issuing_state,
            "signer": header.names.signer,
            "certificate_reference": header.names.reference,
            "issued_on": _iso(header.issued_on),
            "signed_on": _iso(header.signed_on),
            "feature_definition": f"{definition:02X}",
            "document_category": f"{category:02X}",
        },
        "features": [{"tag": feature.tag, "value": feature.value.hex()} for feature in seal.features],
        "signer": _described(signer, header.signed_on) if signer else None,
    }
    if lines:
        content |= {"mrz": list(lines), "fields": zone.as_json() if zone else None}
    return content


def _described(signer: Certificate, day: date | None) -> dict[str, Any]:
    """With a remark of ours: a signature from outside its validity asks for a second look."""
    within = day and signer.not_before.date() <= day <= signer.not_after.date()
    return {**describe(signer), "signed_within_validity": within}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


formats.add("vds", Vds())
