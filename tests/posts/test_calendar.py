"""The calendar of a post as it is stored: rules, closures, zone."""

from datetime import UTC, date, datetime

import pytest

from apps.kernel.errors import Invalid, Unknown
from apps.posts import services
from apps.posts.models import Closure
from tests.posts.factories import local, make_post, make_service

pytestmark = pytest.mark.django_db


def close(post, first, last):
    return Closure.objects.create(
        post=post, starts_on=first, ends_on=last, reason_zh="系统维护", reason_en="Maintenance"
    )


def test_a_closure_that_staff_entered_skips_days():
    post = make_post()
    before = services.add_working_days(post=post, start=date(2026, 6, 1), days=2)

    close(post, date(2026, 6, 2), date(2026, 6, 3))
    post.refresh_from_db()

    assert before == date(2026, 6, 3)
    assert services.add_working_days(post=post, start=date(2026, 6, 1), days=2) == date(2026, 6, 5)
    assert not services.is_working_day(post=post, day=date(2026, 6, 3))
    assert services.is_working_day(post=post, day=date(2026, 6, 4))


def test_a_closure_of_one_post_leaves_another_open():
    post, other = make_post("PAR"), make_post("LYS")
    close(post, date(2026, 6, 2), date(2026, 6, 2))

    assert services.is_working_day(post=other, day=date(2026, 6, 2))


def test_closures_come_with_both_reasons():
    post = make_post()
    close(post, date(2026, 7, 13), date(2026, 7, 13))

    found = services.closures_between(post=post, start=date(2026, 7, 10), end=date(2026, 7, 14))

    assert [(off.on, off.names.zh, off.names.en) for off in found] == [
        (date(2026, 7, 13), "系统维护", "Maintenance"),
        (date(2026, 7, 14), "国庆日", "National Day"),
    ]


def test_a_weekday_without_opening_rule_is_no_working_day():
    post = make_post("KWI", weekdays=(7, 1, 2, 3, 4), country="KW", time_zone="Asia/Kuwait")

    assert not services.is_working_day(post=post, day=date(2026, 7, 17))
    assert services.add_working_days(post=post, start=date(2026, 7, 16), days=1) == date(2026, 7, 19)


@pytest.mark.parametrize(("urgency", "day"), [("normal", 9), ("urgent", 8), ("express", 5)])
def test_the_promise_depends_on_the_urgency(urgency, day):
    post = make_post()
    make_service(post)

    # Wednesday the 3rd; the day of submission is not counted.
    promised = services.expected_on(
        post=post, service="TRAVEL_DOC", from_=local("Europe/Paris", 2026, 6, 3, 10), urgency=urgency
    )

    assert promised == date(2026, 6, day)


def test_the_day_of_submission_is_the_day_at_the_post():
    post = make_post("WLG", country="NZ", time_zone="Pacific/Auckland", currency="NZD")
    make_service(post)
    monday_evening_utc = datetime(2026, 6, 8, 20, tzinfo=UTC)

    # It is Tuesday the 9th in Wellington already.
    assert services.expected_on(post=post, service="TRAVEL_DOC", from_=monday_evening_utc) == date(2026, 6, 15)


@pytest.mark.parametrize(
    ("moment", "today"),
    [
        # Summer time began on 29 March 2026 at 02:00, and ended on 25 October at 03:00.
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_midnight_moves_with_daylight_saving(moment, today):
    assert make_post().today(moment) == today


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ((2026, 6, 3, 8, 59), False),
        ((2026, 6, 3, 9, 0), True),
        ((2026, 6, 3, 12, 0), False),
        ((2026, 6, 3, 14, 0), True),
        ((2026, 6, 3, 16, 59), True),
        ((2026, 6, 3, 17, 0), False),
        ((2026, 6, 6, 10, 0), False),  # Saturday
        ((2026, 7, 14, 10, 0), False),  # holiday
    ],
)
def test_a_post_is_open_within_its_hours(when, is_open):
    assert services.opening(post=make_post(), at=local("Europe/Paris", *when)).is_open is is_open


@pytest.mark.parametrize(
    ("at", "opens_at"),
    [
        (local("Europe/Paris", 2026, 6, 3, 8), local("Europe/Paris", 2026, 6, 3, 9)),
        (local("Europe/Paris", 2026, 6, 3, 13), local("Europe/Paris", 2026, 6, 3, 14)),
        (local("Europe/Paris", 2026, 6, 5, 18), local("Europe/Paris", 2026, 6, 8, 9)),
        (local("Europe/Paris", 2026, 12, 31, 18), local("Europe/Paris", 2027, 1, 4, 9)),
        # The weekend between has 47 and 49 hours.
        (local("Europe/Paris", 2026, 3, 27, 18), datetime(2026, 3, 30, 7, tzinfo=UTC)),
        (local("Europe/Paris", 2026, 10, 23, 18), datetime(2026, 10, 26, 8, tzinfo=UTC)),
    ],
)
def test_it_is_told_when_the_post_opens_next(at, opens_at):
    assert services.opening(post=make_post(), at=at).opens_at == opens_at


def test_a_post_without_hours_never_opens():
    opening = services.opening(post=make_post(weekdays=()), at=local("Europe/Paris", 2026, 6, 3, 10))

    assert (opening.is_open, opening.opens_at) == (False, None)


def test_a_service_the_post_lacks_has_no_promise():
    with pytest.raises(Unknown) as refused:
        services.expected_on(post=make_post(), service="TRAVEL_DOC", from_=local("Europe/Paris", 2026, 6, 3))

    assert refused.value.code == "service_not_offered"


@pytest.mark.parametrize("urgency", ["express", "yesterday", "", "Urgency.NORMAL"])
def test_an_urgency_the_post_does_not_offer_has_no_promise(urgency):
    post = make_post()
    make_service(post, express_days=None)

    with pytest.raises(Invalid) as refused:
        services.expected_on(post=post, service="TRAVEL_DOC", from_=local("Europe/Paris", 2026, 6, 3), urgency=urgency)

    assert refused.value.code == "urgency_not_offered"
