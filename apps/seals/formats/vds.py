"""Visible digital seals (ICAO Doc 9303-13 App. D; 9303-8 App. A for the rules of travel documents)."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

from apps.kernel.errors import Invalid
from apps.seals import mrz
from apps.seals.certificates import VDS_SIGNER, Certificate, describe
from apps.seals.formats.base import Question, formats
from apps.seals.mrz.reading import Zone
from apps.seals.vds import certificate, etd
from apps.seals.vds.certificate import Statement
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


class Said(NamedTuple):
    """What a seal holds: the zone of a travel document, or the statement of one of our letters; else neither."""

    lines: tuple[str, str] | None = None
    zone: Zone | None = None
    statement: Statement | None = None

    @property
    def is_ours(self) -> bool:
        """Of the kinds that we issue, so that who may sign them is for us to say."""
        return self.lines is not None or self.statement is not None

    @property
    def good_until(self) -> date | None:
        if self.statement:
            return self.statement.valid_until
        return self.zone.expiry if self.zone else None


class Vds:
    """``content``: ``header``, ``features``, ``signer``; for a travel document ``mrz`` and ``fields``.

    For a letter, ``certificate`` instead: ``kind``, ``number``, who, which days, and that it is no travel document.
    """

    def recognises(self, data: bytes) -> bool:
        return data.startswith(MAGIC)

    def verify(self, data: bytes, question: Question) -> Verdict:
        try:
            seal = decode(data)
            said = _said(seal)
        except Invalid as error:
            return Verdict(Code.WRONG_FORMAT, "vds", detail=error.code)
        code, signer = None, None
        for signer in question.trust.signers(seal.header.key):
            code = _code(seal, signer, said, question)
            if code in GOOD:
                break
        content = partial(_content, seal, said, signer)
        if code in GOOD and said.is_ours and question.trust.has_voided(_number_of(seal, said)):
            return Verdict(Code.VOID_DOCUMENT, "vds", content, document_status="void")
        return Verdict(code or Code.UNKNOWN_CERTIFICATE, "vds", content, document_status=_status(said, question.at))


def _said(seal: Seal) -> Said:
    """Nothing of another known document. Raises ``Invalid``."""
    if seal.header.document_type == etd.DOCUMENT_TYPE:
        lines = etd.sealed_lines(seal)
        return Said(lines=lines, zone=_zone(lines, seal))
    if certificate.is_ours(seal.header):
        return Said(statement=certificate.sealed(seal))
    if seal.header.document_type not in OTHER_DOCUMENTS:
        raise Invalid(code="vds_document_type")
    return Said()


def _number_of(seal: Seal, said: Said) -> str:
    """Empty where it is another state's: the same numbers may be documents there."""
    if not certificate.names_us(seal.header):
        return ""
    if said.statement:
        return said.statement.number
    return said.zone.number if said.zone else ""


def _zone(lines: tuple[str, str], seal: Seal) -> Zone | None:
    if seal.header.issued_on is None:
        return None
    try:
        return mrz.parse(lines, on=seal.header.issued_on)
    except Invalid:
        return None


def _code(seal: Seal, signer: Certificate, said: Said, question: Question) -> Code:
    if wrong := _wrong_with_signer(signer, said, question):
        return wrong
    if not signer.key.verifies(seal.signature, seal.signed):
        return Code.INVALID_SIGNATURE
    if said.statement:
        return Code.UNKNOWN_FEATURE if certificate.unknown_features(seal) else Code.VALID
    return _code_of_zone(seal, said.lines, said.zone, question) if said.lines else Code.VALID


def _code_of_zone(seal: Seal, lines: tuple[str, str], zone: Zone | None, question: Question) -> Code:
    if zone is None or not all(zone.checks.values()):
        return Code.INVALID_SEAL_MRZ
    if question.printed_mrz and (wrong := _wrong_with_print(question.printed_mrz, lines, zone)):
        return wrong
    return Code.UNKNOWN_FEATURE if etd.unknown_features(seal) else Code.VALID


def _wrong_with_signer(signer: Certificate, said: Said, question: Question) -> Code | None:
    """A letter has no document code of a machine readable zone that the certificate could allow or not."""
    lines = said.lines
    foreign_purpose = signer.purposes and VDS_SIGNER not in signer.purposes
    if not question.trust.trusts(signer, at=question.at) or (foreign_purpose and said.is_ours):
        return Code.UNTRUSTED_CERTIFICATE
    if lines and signer.document_types is not None and lines[0][:2].rstrip("<") not in signer.document_types:
        return Code.INVALID_DOCUMENTTYPE
    if not signer.is_valid_at(question.at):
        return Code.EXPIRED_CERTIFICATE
    if question.trust.has_revoked(signer, at=question.at):
        return Code.REVOKED_CERTIFICATE
    return None


def _wrong_with_print(printed: Sequence[str], lines: tuple[str, str], zone: Zone) -> Code | None:
    """Compare what was read off the page; a filler may have been read as a space."""
    read = [line.replace(" ", "<") for line in printed]
    try:
        right = all(mrz.parse(read, on=zone.expiry or date.max).checks.values())
    except Invalid:
        right = False
    if not right:
        return Code.INVALID_PRINTED_MRZ
    return None if tuple(read) == lines else Code.SEAL_DOCUMENT_MISMATCH


def _status(said: Said, at: datetime) -> str:
    last_day = said.good_until
    if last_day is None:
        return ""
    return "expired" if last_day < at.date() else "current"


def _content(seal: Seal, said: Said, signer: Certificate | None) -> dict[str, Any]:
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
    if said.lines:
        content |= {"mrz": list(said.lines), "fields": said.zone.as_json() if said.zone else None}
    if said.statement:
        content["certificate"] = {**said.statement.as_json(), "valid_from": _iso(header.issued_on)}
    return content


def _described(signer: Certificate, day: date | None) -> dict[str, Any]:
    """With a remark of ours: a signature from outside its validity asks for a second look."""
    within = day and signer.not_before.date() <= day <= signer.not_after.date()
    return {**describe(signer), "signed_within_validity": within}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


formats.add("vds", Vds())
