"""The calendar itself, without a database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.errors import Unavailable
from apps.posts.public_holidays import Names
from apps.posts.workdays import Cause, Closed, Workdays

MONDAY_TO_FRIDAY = frozenset(range(5))
PARIS = Workdays("FR", "", MONDAY_TO_FRIDAY)
KUWAIT = Workdays("KW", "", frozenset({6, 0, 1, 2, 3}))
CALENDARS = [
    PARIS,
    KUWAIT,
    Workdays("JP", "", frozenset({1, 3})),
    Workdays("US", "CA", MONDAY_TO_FRIDAY, (Closed(date(2026, 12, 21), date(2027, 1, 8), Names("搬迁", "Moving")),)),
]


@pytest.mark.parametrize(
    ("calendar", "day", "works"),
    [
        (PARIS, date(2026, 7, 13), True),
        (PARIS, date(2026, 7, 14), False),  # of the host
        (PARIS, date(2026, 10, 1), False),  # of China
        (PARIS, date(2026, 10, 8), True),
        (PARIS, date(2026, 10, 10), False),  # Saturday, a make-up working day in China
        (PARIS, date(2026, 9, 20), False),  # Sunday, likewise
        (PARIS, date(2026, 7, 18), False),  # Saturday
        (KUWAIT, date(2026, 7, 17), False),  # Friday
        (KUWAIT, date(2026, 7, 18), False),  # Saturday
        (KUWAIT, date(2026, 7, 19), True),  # Sunday
    ],
)
def test_a_day_works_unless_a_calendar_closes_it(calendar, day, works):
    assert calendar.is_working(day) is works


@pytest.mark.parametrize(
    ("calendar", "start", "days", "end"),
    [
        (PARIS, date(2026, 6, 1), 4, date(2026, 6, 5)),
        (PARIS, date(2026, 6, 4), 4, date(2026, 6, 10)),
        (PARIS, date(2026, 6, 6), 1, date(2026, 6, 8)),  # from a Saturday
        (PARIS, date(2026, 7, 10), 4, date(2026, 7, 17)),  # over Bastille Day
        (PARIS, date(2026, 9, 29), 4, date(2026, 10, 12)),  # over the National Day holidays of China
        (PARIS, date(2026, 12, 30), 2, date(2027, 1, 4)),  # over New Year
        (PARIS, date(2027, 2, 3), 2, date(2027, 2, 11)),  # over Spring Festival of a year to come
        (PARIS, date(2027, 12, 30), 3, date(2028, 1, 5)),
        (KUWAIT, date(2026, 7, 15), 2, date(2026, 7, 19)),  # Thursday, then Sunday
        (PARIS, date(2026, 6, 6), 0, date(2026, 6, 8)),
        (PARIS, date(2026, 6, 8), 0, date(2026, 6, 8)),
    ],
)
def test_working_days_are_counted_over_both_calendars(calendar, start, days, end):
    assert calendar.add(start, days) == end


@given(
    st.sampled_from(CALENDARS),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    st.integers(min_value=1, max_value=30),
)
def test_adding_lands_on_a_working_day_and_counts_exactly(calendar, start, days):
    end = calendar.add(start, days)

    passed = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    assert calendar.is_working(end)
    assert sum(map(calendar.is_working, passed)) == days


@given(
    st.sampled_from(CALENDARS),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(min_value=0, max_value=10),
    st.integers(min_value=0, max_value=10),
)
def test_adding_twice_is_adding_the_sum(calendar, start, first, second):
    start = calendar.first(start)

    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


def test_a_day_off_says_whose_and_why_in_both_languages():
    closed = Workdays(
        "FR", "", MONDAY_TO_FRIDAY, (Closed(date(2026, 9, 30), date(2026, 10, 1), Names("搬迁", "Moving")),)
    )

    found = [
        (off.on, off.cause, off.names.zh, off.names.en) for off in closed.between(date(2026, 9, 28), date(2026, 10, 1))
    ]

    assert found == [
        (date(2026, 9, 30), Cause.POST, "搬迁", "Moving"),
        (date(2026, 10, 1), Cause.CHINA, "国庆节", "National Day"),
        (date(2026, 10, 1), Cause.POST, "搬迁", "Moving"),
    ]


def test_a_holiday_on_the_weekly_rest_is_no_news():
    # All Saints' Day 2026 is a Sunday.
    assert PARIS.between(date(2026, 11, 1), date(2026, 11, 1)) == []
    assert PARIS.days_off(date(2026, 11, 1)) != []


def test_a_stretch_that_ends_before_it_starts_holds_nothing():
    assert PARIS.between(date(2026, 5, 2), date(2026, 5, 1)) == []


def test_a_post_that_never_opens_is_not_waited_for():
    with pytest.raises(Unavailable) as refused:
        Workdays("FR", "", frozenset()).add(date(2026, 1, 1), 1)

    assert refused.value.code == "no_working_days"


def test_a_post_closed_for_years_is_not_waited_for():
    closed = Workdays("FR", "", MONDAY_TO_FRIDAY, (Closed(date(2026, 1, 1), date(2036, 1, 1), Names("无", "None")),))

    with pytest.raises(Unavailable):
        closed.first(date(2026, 1, 1))


def test_working_days_are_not_counted_backwards():
    with pytest.raises(ValueError, match="forwards"):
        PARIS.add(date(2026, 1, 1), -1)
