"""When a post works: pure date arithmetic over its opening rules and every calendar that closes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Unavailable
from apps.posts.public_holidays import CHINA, Names, holidays_of

FURTHEST = 800
"""Days looked ahead before giving up: more than two years without enough working days is no calendar."""

DAY = timedelta(days=1)


class Cause(StrEnum):
    """Whose day off it is."""

    HOST = "host_holiday"
    CHINA = "chinese_holiday"
    POST = "closure"


@dataclass(frozen=True, slots=True)
class Closed:
    """A stretch the staff entered; both ends are closed."""

    starts_on: date
    ends_on: date
    names: Names


@dataclass(frozen=True, slots=True)
class DayOff:
    """One reason why one day is closed."""

    on: date
    cause: Cause
    names: Names


@dataclass(frozen=True, slots=True)
class Workdays:
    """The working days of one post. ``weekdays`` have opening hours, Monday = 0.

    Working days that the State Council moves to a weekend open no embassy; the holidays it makes do close one.
    """

    country: str
    subdivision: str
    weekdays: frozenset[int]
    closures: tuple[Closed, ...] = ()

    def days_off(self, day: date) -> list[DayOff]:
        """Every reason why the post is closed that day, its weekly rest aside."""
        return list(self._days_off(day))

    def _days_off(self, day: date) -> Iterator[DayOff]:
        for cause, country, part in ((Cause.HOST, self.country, self.subdivision), (Cause.CHINA, CHINA, "")):
            if names := holidays_of(country, part, day.year).get(day):
                yield DayOff(day, cause, names)
        for closed in self.closures:
            if closed.starts_on <= day <= closed.ends_on:
                yield DayOff(day, Cause.POST, closed.names)

    def is_working(self, day: date) -> bool:
        return day.weekday() in self.weekdays and not self.days_off(day)

    def between(self, start: date, end: date) -> list[DayOff]:
        """Days off from ``start`` to ``end`` inclusive that would have been open otherwise."""
        days = (start + timedelta(days=number) for number in range((end - start).days + 1))
        return [off for day in days if day.weekday() in self.weekdays for off in self.days_off(day)]

    def first(self, start: date) -> date:
        """The first working day on or after ``start``. Raises ``Unavailable`` when none is in sight."""
        return self._walk(start - DAY, 1)

    def add(self, start: date, days: int) -> date:
        """The working day that is ``days`` after ``start``; ``start`` itself is not counted.

        So counts Chinese law (Civil Code art. 201: the day on which a period begins is left out). With 0 it is the
        first working day on or after ``start``. Raises ``Unavailable`` when the post does not work that long.
        """
        if days < 0:
            raise ValueError("working days are counted forwards")
        return self._walk(start, days) if days else self.first(start)

    def _walk(self, start: date, days: int) -> date:
        day, left = start, days
        for _step in range(FURTHEST + 2 * days):
            day += DAY
            left -= self.is_working(day)
            if not left:
                return day
        raise Unavailable(_("This post has no working days in sight."), code="no_working_days")
