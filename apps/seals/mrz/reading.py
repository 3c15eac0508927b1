"""Reading the two lines: tolerant of what a document may say, exact about every check digit."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.seals.mrz.checkdigits import check_digit, digit, values
from apps.seals.mrz.dates import PartialDate, read_birth, read_expiry
from apps.seals.mrz.profiles import LAYOUTS, Layout, may_be_read
from apps.seals.mrz.states import READ

NAME = re.compile(r"[A-Z]+(?:<[A-Z]+)*(?:<<[A-Z]+(?:<[A-Z]+)*)?<*")
NUMBER = re.compile(r"[A-Z0-9]+")


class Zone(NamedTuple):
    """Two lines, and what they say. ``counted`` are the values of the second; ``on`` tells the century of birth.

    Every field is read when it is asked for: who only wants the check digits does not pay for the names.
    """

    layout: Layout
    first: str
    second: str
    counted: bytes
    on: date

    @property
    def lines(self) -> tuple[str, str]:
        return self.first, self.second

    @property
    def document_code(self) -> str:
        return self.first[:2].rstrip("<")

    @property
    def issuing_state(self) -> str:
        return self.first[2:5].rstrip("<")

    @property
    def surname(self) -> str:
        return _spaced(self.first[5:].partition("<<")[0])

    @property
    def given_names(self) -> str:
        return _spaced(self.first[5:].partition("<<")[2])

    @property
    def name_may_be_truncated(self) -> bool:
        """9303-3 §4.6: a letter in the last position says that there may be more of the name."""
        return self.first[-1] != "<"

    @property
    def number(self) -> str:
        return self._number()[0].rstrip("<")

    @property
    def nationality(self) -> str:
        return self.second[10:13].rstrip("<")

    @property
    def birth(self) -> PartialDate | None:
        return read_birth(self.second[13:19], on=self.on)

    @property
    def sex(self) -> str:
        return self.second[20]

    @property
    def expiry(self) -> date | None:
        return read_expiry(self.second[21:27])

    @property
    def optional(self) -> str:
        return _spaced(self._number()[2])

    @property
    def checks(self) -> dict[str, bool]:
        """Every check digit by itself."""
        second, counted = self.second, self.counted
        checks = {
            "number": self._number_is_right(),
            "birth": digit(counted[13:19]) == second[19],
            "expiry": digit(counted[21:27]) == second[27],
        }
        if self.layout.optional_has_check_digit:
            checks["optional"] = self._optional_is_right()
        checks["composite"] = digit(counted[:10] + counted[13:20] + counted[21:-1]) == second[-1]
        return checks

    @property
    def well_formed(self) -> bool:
        """Whether every field has the form that 9303 gives it, check digits apart."""
        return (
            self.expiry is not None
            and self.birth is not None
            and self.sex in "FM<"
            and NAME.fullmatch(self.first, 5) is not None
            and NUMBER.fullmatch(self.number) is not None
            and READ.fullmatch(self.first, 2, 5) is not None
            and READ.fullmatch(self.second, 10, 13) is not None
        )

    @property
    def valid(self) -> bool:
        return all(self.checks.values()) and self.well_formed

    def as_json(self) -> dict[str, Any]:
        checks = self.checks
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
            "checks": checks,
            "valid": all(checks.values()) and self.well_formed,
        }

    def _number(self) -> tuple[str, str, str]:
        """Number, its check digit, and what remains of the optional data.

        A sheet's number longer than nine goes on in the optional data: rest, check digit, filler (9303-6 §4.2.2).
        """
        number, check, optional = self.second[:9], self.second[9], self.second[self.layout.optional]
        if check != "<" or self.layout.optional_has_check_digit or optional[0] == "<":
            return number, check, optional
        run, _filler, rest = optional.partition("<")
        return number + run[:-1], run[-1], rest

    def _number_is_right(self) -> bool:
        if self.second[9] != "<":
            return digit(self.counted[:9]) == self.second[9]
        number, check, _optional = self._number()
        return check_digit(number) == check

    def _optional_is_right(self) -> bool:
        """Without data there need be no check digit (9303-4 §4.2.2)."""
        field, check = self.layout.optional, self.second[self.layout.optional.stop]
        return check == digit(self.counted[field]) or (check == "<" and not self.second[field].strip("<"))


def parse(lines: Sequence[str], *, on: date) -> Zone:
    """``on`` is the day of issue or of reading; it tells the century of birth.

    Raises ``Invalid``: ``mrz_size``, ``mrz_character``, ``mrz_document_code``.
    """
    layout = LAYOUTS.get(len(lines[0])) if len(lines) == 2 else None  # noqa: PLR2004
    if layout is None or len(lines[1]) != layout.width:
        raise Invalid(_("A zone is two lines of 36 or of 44 characters."), code="mrz_size")
    first, second = lines
    zone = Zone(layout, first, second, values(first + second)[layout.width :], on)
    if not may_be_read(layout, zone.document_code):
        raise Invalid(_("A document of this size does not carry this document code."), code="mrz_document_code")
    return zone


def _spaced(text: str) -> str:
    return text.rstrip("<").replace("<", " ")
