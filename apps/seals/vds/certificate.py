"""The seal of a letter of ours: definition 0xFC, an even category of the issuer's own (Doc 9303-13 §2.2; ADR 0014)."""

import re
from collections.abc import Callable
from datetime import date
from enum import IntEnum
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.seals import c40, certificates
from apps.seals.mrz.names import PINYIN, components
from apps.seals.signers.base import Signer
from apps.seals.vds import dates
from apps.seals.vds.header import V4, Header, Names
from apps.seals.vds.seal import Feature, Seal, signed, unsigned

KINDS = {(0xFC, 0x02): "loss_certificate", (0xFC, 0x04): "progress_certificate"}
STATE, COUNTRY = "CHN", "CN"
"""Other states use the same numbers for documents of their own."""

DATE_BYTES = 3
NUMBER = re.compile(r"[A-Z][0-9]{8}")
PRINTED_NAME = re.compile(r"[A-Z]+(<[A-Z]+)*(<<[A-Z]+(<[A-Z]+)*)?")
MASKED = re.compile(r"[A-Z0-9*]{1,9}")
POST = re.compile(r"[A-Z]{3}")
SHOWN_FROM, LAST_SHOWN = 8, 4
"""Of a passport number of this many characters, the first and these last are sealed."""


class Tag(IntEnum):
    NUMBER = 0x01
    PRINTED_NAME = 0x02
    CHINESE_NAME = 0x03
    BORN_ON = 0x04
    PASSPORT = 0x05
    HAPPENED_ON = 0x06
    VALID_UNTIL = 0x07
    POST = 0x08


class Statement(NamedTuple):
    """What is sealed. ``printed_name`` is ``SURNAME<<GIVEN<NAMES``; ``passport`` is masked, or empty for none.

    ``happened_on`` is the day of the loss, or that of the submission.
    """

    kind: str
    number: str
    printed_name: str
    chinese_name: str
    born_on: date
    happened_on: date
    valid_until: date
    post: str
    passport: str = ""

    def as_json(self) -> dict[str, Any]:
        surname, _fillers, given_names = self.printed_name.partition("<<")
        happened = "lost_on" if self.kind == "loss_certificate" else "submitted_on"
        return {
            "kind": self.kind,
            "number": self.number,
            "surname": surname.replace("<", " "),
            "given_names": given_names.replace("<", " "),
            "chinese_name": self.chinese_name,
            "born_on": self.born_on.isoformat(),
            "passport_number": self.passport or None,
            happened: self.happened_on.isoformat(),
            "valid_until": self.valid_until.isoformat(),
            "post": self.post,
            "is_travel_document": False,
        }


def printed_name(*, surname: str, given_names: str) -> str:
    """As ICAO parts it: ``LI<<NA``. Raises ``Invalid`` for what has no Latin letters."""
    parts = ("<".join(components(part, romanisation=PINYIN)) for part in (surname, given_names))
    return "<<".join(part for part in parts if part)


def masked(passport_number: str) -> str:
    """``E****5678``: enough to match the passport at hand, too little to abuse; nothing of a short number."""
    length = len(passport_number)
    if length < SHOWN_FROM:
        return "*" * length
    return f"{passport_number[0]}{'*' * (length - 1 - LAST_SHOWN)}{passport_number[-LAST_SHOWN:]}"


def issue(statement: Statement, *, signer: Signer, issued_on: date, signed_on: date) -> bytes:
    """Seal a statement. Raises ``Invalid`` (``seal_certificate``) for one that no verifier would accept."""
    certificate = certificates.parse(signer.certificate_der)
    names = Names(STATE, certificate.country + certificate.name, certificate.reference)
    header = Header(names, issued_on, signed_on, _document_type(statement.kind))
    message = unsigned(header, tuple(_features(statement)))
    if sealed(Seal(header, tuple(_features(statement)), message, b"")) != statement:
        raise _unsealable()
    return signed(message, signer.sign(message))


def is_ours(header: Header) -> bool:
    """Whether the header names one of our letters, from our state and a signer of ours."""
    return names_us(header) and header.document_type in KINDS


def names_us(header: Header) -> bool:
    return header.names.issuing_state == STATE and header.names.signer.startswith(COUNTRY)


def sealed(seal: Seal) -> Statement:
    """What one of our letters says. Raises ``Invalid`` unless it has the form that the profile asks for."""
    header = seal.header
    if header.version != V4 or header.issued_on is None or header.signed_on is None:
        raise Invalid(code="vds_header")
    value = _Values(seal)
    statement = Statement(
        kind=KINDS[header.document_type],
        number=value.matching(Tag.NUMBER, NUMBER, _c40),
        printed_name=value.matching(Tag.PRINTED_NAME, PRINTED_NAME, _c40),
        chinese_name=_utf8(value.one(Tag.CHINESE_NAME)),
        born_on=_day(value.one(Tag.BORN_ON)),
        happened_on=_day(value.one(Tag.HAPPENED_ON)),
        valid_until=_day(value.one(Tag.VALID_UNTIL)),
        post=value.matching(Tag.POST, POST, _c40),
        passport=value.matching(Tag.PASSPORT, MASKED, _utf8) if value.has(Tag.PASSPORT) else "",
    )
    if statement.valid_until < header.issued_on:
        raise Invalid(code="certificate_dates")
    return statement


def unknown_features(seal: Seal) -> list[int]:
    return [feature.tag for feature in seal.features if feature.tag not in set(Tag)]


class _Values:
    """The features of a seal by tag."""

    def __init__(self, seal: Seal) -> None:
        self._features = seal.features

    def has(self, tag: Tag) -> bool:
        return any(feature.tag == tag for feature in self._features)

    def one(self, tag: Tag) -> bytes:
        """There and only once, or ``Invalid``."""
        values = [feature.value for feature in self._features if feature.tag == tag]
        if len(values) != 1:
            raise Invalid(code="vds_feature")
        return values[0]

    def matching(self, tag: Tag, form: re.Pattern[str], decode: Callable[[bytes], str]) -> str:
        text = decode(self.one(tag))
        if not form.fullmatch(text):
            raise Invalid(code="vds_feature")
        return text


def _features(statement: Statement) -> list[Feature]:
    texts = {
        Tag.NUMBER: c40.encode(statement.number),
        Tag.PRINTED_NAME: c40.encode(statement.printed_name),
        Tag.CHINESE_NAME: statement.chinese_name.encode(),
        Tag.BORN_ON: dates.encode(statement.born_on),
        Tag.PASSPORT: statement.passport.encode(),
        Tag.HAPPENED_ON: dates.encode(statement.happened_on),
        Tag.VALID_UNTIL: dates.encode(statement.valid_until),
        Tag.POST: c40.encode(statement.post),
    }
    return [Feature(tag, value) for tag, value in texts.items() if value]


def _document_type(kind: str) -> tuple[int, int]:
    for document_type, known in KINDS.items():
        if known == kind:
            return document_type
    raise _unsealable()


def _unsealable() -> Invalid:
    return Invalid(_("This letter cannot be sealed."), code="seal_certificate")


def _c40(value: bytes) -> str:
    return c40.decode(value).replace(" ", "<")


def _utf8(value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        raise Invalid(code="vds_feature") from None
    if not text.strip():
        raise Invalid(code="vds_feature")
    return text


def _day(value: bytes) -> date:
    day = dates.decode(value) if len(value) == DATE_BYTES else None
    if day is None:
        raise Invalid(code="vds_feature")
    return day
