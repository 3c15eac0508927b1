"""Dates in a zone: two-digit years, and births of which only a part is known (ICAO Doc 9303-3 §4.7, §4.8)."""

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid

ISO = re.compile(r"(\d{4}|X{4})(?:-(\d\d|XX)(?:-(\d\d|XX))?)?", re.ASCII)
SIX = re.compile(r"(\d\d|<<)(\d\d|<<)(\d\d|<<)", re.ASCII)
CENTURY = 100
ANY_LEAP_YEAR, EARLIEST_LEAP_YEAR = 2000, 4


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of birth, any part of which may be unknown. Written ``1985-03-XX`` (ISO 8601-2, level 1)."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        """Raises ``ValueError`` where no such day exists in any year."""
        year = ANY_LEAP_YEAR if self.year is None else self.year
        date(year, self.month or 1, self.day or 1)

    def __str__(self) -> str:
        year = "XXXX" if self.year is None else f"{self.year:04}"
        return "-".join([year, *("XX" if part is None else f"{part:02}" for part in (self.month, self.day))])

    @property
    def earliest(self) -> date:
        return date(self.year or EARLIEST_LEAP_YEAR, self.month or 1, self.day or 1)

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
    try:
        return PartialDate(*(int(part) if part and part.isdigit() else None for part in found.groups()))
    except ValueError:
        raise _not_a_date() from None


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
    year, month, day = (None if part == "<<" else int(part) for part in found.groups())
    this_century = on.year - on.year % CENTURY
    years = [None] if year is None else [this_century + year, this_century - CENTURY + year]
    for candidate in years:
        try:
            born = PartialDate(candidate, month, day)
        except ValueError:
            continue
        if born.earliest <= on:
            return born
    return None


def read_expiry(six: str) -> date | None:
    """Always of this century."""
    try:
        return date(2000 + int(six[:2]), int(six[2:4]), int(six[4:]))
    except ValueError:
        return None


def _not_a_date() -> Invalid:
    return Invalid(_("A date is written YYYY-MM-DD."), code="mrz_date")
