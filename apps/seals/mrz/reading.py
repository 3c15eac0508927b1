"""Reading the two lines: tolerant of what a document may say, exact about every check digit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.seals.mrz.checkdigits import check_digit
from apps.seals.mrz.dates import PartialDate, read_birth, read_expiry
from apps.seals.mrz.profiles import LAYOUTS, Layout, may_be_read
from apps.seals.mrz.states import READ

CHARACTERS = re.compile(r"[A-Z0-9<]+")
NAME = re.compile(r"[A-Z]+(?:<[A-Z]+)*(?:<<[A-Z]+(?:<[A-Z]+)*)?<*")
NUMBER = re.compile(r"[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Zone:
    """What the lines say; a date is None where they say none. ``checks`` judges every check digit."""

    layout: Layout
    lines: tuple[str, str]
    document_code: str
    issuing_state: str
    surname: str
    given_names: str
    number: str
    nationality: str
    birth: PartialDate | None
    sex: str
    expiry: date | None
    optional: str
    checks: dict[str, bool]

    @property
    def name_may_be_truncated(self) -> bool:
        """9303-3 §4.6: a letter in the last position says that there may be more of the name."""
        return self.lines[0][-1] != "<"

    @property
    def well_formed(self) -> bool:
        """Whether every field has the form that 9303 gives it, check digits apart."""
        return (
            self.birth is not None
            and self.expiry is not None
            and self.sex in {"F", "M", "<"}
            and bool(NAME.fullmatch(self.lines[0], 5))
            and bool(NUMBER.fullmatch(self.number))
            and all(READ.fullmatch(code) for code in (self.lines[0][2:5], self.lines[1][10:13]))
        )

    @property
    def valid(self) -> bool:
        return all(self.checks.values()) and self.well_formed

    def as_json(self) -> dict[str, Any]:
        return {
            "size": self.layout.name,
            "document_code": self.document_code,
            "issuing_state": self.issuing_state,
            "surname": self.surname,
            "given_names": self.given_names,
            "name_may_be_truncated": self.name_may_be_truncated,
            "number": self.number,
            "nationality": self.nationality,
            "birth": str(self.birth) if self.birth else None,
            "sex": self.sex,
            "expiry": self.expiry.isoformat() if self.expiry else None,
            "optional": self.optional,
            "checks": self.checks,
            "valid": self.valid,
        }


def parse(lines: Sequence[str], *, on: date) -> Zone:
    """``on`` is the day of issue or of reading; it tells the century of birth.

    Raises ``Invalid``: ``mrz_size``, ``mrz_character``, ``mrz_document_code``.
    """
    layout = _layout(lines)
    first, second = lines
    code = first[:2].rstrip("<")
    if not may_be_read(layout, code):
        raise Invalid(_("A document of this size does not carry this document code."), code="mrz_document_code")
    surname, _parting, given_names = first[5:].partition("<<")
    number, number_is_right, optional = _number(second, layout)
    return Zone(
        layout=layout,
        lines=(first, second),
        document_code=code,
        issuing_state=first[2:5].rstrip("<"),
        surname=_spaced(surname),
        given_names=_spaced(given_names),
        number=number,
        nationality=second[10:13].rstrip("<"),
        birth=read_birth(second[13:19], on=on),
        sex=second[20],
        expiry=read_expiry(second[21:27]),
        optional=optional,
        checks={"number": number_is_right, **_other_checks(second, layout)},
    )


def _layout(lines: Sequence[str]) -> Layout:
    layout = LAYOUTS.get(len(lines[0])) if len(lines) == 2 else None  # noqa: PLR2004
    if layout is None or len(lines[1]) != layout.width:
        raise Invalid(_("A zone is two lines of 36 or of 44 characters."), code="mrz_size")
    if not all(CHARACTERS.fullmatch(line) for line in lines):
        raise Invalid(_("A machine readable zone has only A-Z, 0-9 and <."), code="mrz_character")
    return layout


def _spaced(text: str) -> str:
    return text.rstrip("<").replace("<", " ")


def _number(second: str, layout: Layout) -> tuple[str, bool, str]:
    """Number, whether its check digit is right, and what remains of the optional data.

    A sheet's number longer than nine goes on in the optional data: rest, check digit, filler (9303-6 §4.2.2).
    """
    number, digit, optional = second[:9], second[9], second[layout.optional]
    if digit == "<" and not layout.optional_has_check_digit and optional[0] != "<":
        run, _filler, optional = optional.partition("<")
        number, digit = number + run[:-1], run[-1]
    return number.rstrip("<"), check_digit(number) == digit, _spaced(optional)


def _other_checks(second: str, layout: Layout) -> dict[str, bool]:
    checks = {
        "birth": check_digit(second[13:19]) == second[19],
        "expiry": check_digit(second[21:27]) == second[27],
    }
    if layout.optional_has_check_digit:
        optional, digit = second[layout.optional], second[layout.optional.stop]
        checks["optional"] = digit == check_digit(optional) or (digit == "<" and not optional.strip("<"))
    checks["composite"] = check_digit(second[:10] + second[13:20] + second[21:-1]) == second[-1]
    return checks
