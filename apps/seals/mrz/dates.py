"""Dates in a zone: two-digit years, and births of which only a part is known (ICAO Doc 9303-3 §4.7, §4.8)."""

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid

ISO = re.compile(r"(\d{4}|X{4})(?:-(\d\d|XX)(?:-(\d\d|XX))?)?", re.ASCII)
SIX = re.compile(r"(\d\d|<<)(\d\d|<<)(\d\d|<<)", re.ASCII)
CENTURY = 100
EARLIEST_LEAP_YEAR = 4


class PartialDate(NamedTuple):
    """A date of birth, any part of which may be unknown. Written ``1985-03-XX`` (ISO 8601-2, level 1)."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        year = "XXXX" if self.year is None else f"{self.year:04}"
        return "-".join([year, *("XX" if part is None else f"{part:02}" for part in (self.month, self.day))])

    @property
    def earliest(self) -> date:
        """Raises ``ValueError`` where there is no such day, in any year if the year is unknown."""
        return date(
            EARLIEST_LEAP_YEAR if self.year is None else self.year,
            1 if self.month is None else self.month,
            1 if self.day is None else self.day,
        )

    @property
    def six(self) -> str:
        """``YYMMDD`` with fillers for what is unknown."""
        year = None if self.year is None else self.year % CENTURY
        return "".join("<<" if part is None else f"{part:02}" for part in (year, self.month, self.day))


def partial_date(text: str) -> PartialDate:
    """From ``1985``, ``1985-03``, ``1985-03-15``, ``1985-XX-XX`` or nothing at all.

    Raises ``Invalid`` (``mrz_date``).
    """
    found = ISO.fullmatch(text or "XXXX")
    if found is None:
        raise _not_a_date()
    day = PartialDate(*(int(part) if part and part.isdigit() else None for part in found.groups()))
    try:
        day.earliest  # noqa: B018
    except ValueError:
        raise _not_a_date() from None
    return day


def full_date(text: str) -> date:
    """From ``2027-03-01``. Raises ``Invalid`` (``mrz_date``)."""
    day = partial_date(text)
    if day.year is None or day.month is None or day.day is None:
        raise _not_a_date()
    return day.earliest


def read_birth(six: str, *, on: date) -> PartialDate | None:
    """The latest such day that is not after ``on``, so that nobody is younger than 0 or older than 100."""
    found = SIX.fullmatch(six)
    if found is None:
        return None
    year, month, day = [None if part == "<<" else int(part) for part in found.groups()]
    century = on.year - on.year % CENTURY
    for candidate in [None] if year is None else [century + year, century - CENTURY + year]:
        born = PartialDate(candidate, month, day)
        try:
            if born.earliest <= on:
                return born
        except ValueError:
            continue
    return None


@lru_cache(maxsize=1024)
def read_expiry(six: str) -> date | None:
    """Always of this century."""
    try:
        return date(2000 + int(six[:2]), int(six[2:4]), int(six[4:]))
    except ValueError:
        return None


def _not_a_date() -> Invalid:
    return Invalid(_("A date is written YYYY-MM-DD."), code="mrz_date")
