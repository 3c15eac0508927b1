"""What the database refuses, whatever the code does."""

from datetime import date, time

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from apps.posts.models import Closure, OpeningRule, Service, Tariff
from tests.posts.factories import make_post, make_service, make_tariff

pytestmark = pytest.mark.django_db


def refuses(name):
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2019, 7, 1), date(2020, 1, 1)),
        (date(2010, 1, 1), date(2019, 7, 2)),
        (date(2010, 1, 1), None),
        (date(2019, 12, 1), date(2019, 12, 2)),
        (date(2019, 12, 31), None),
    ],
)
def test_tariffs_never_overlap_in_time(since, until):
    post = make_post()
    make_tariff(post, active_from=date(2019, 7, 1), active_to=date(2020, 1, 1))

    with refuses("approved_tariffs_never_overlap_in_time"):
        make_tariff(post, active_from=since, active_to=until)


def test_a_tariff_may_begin_on_the_day_another_ends():
    post = make_post()
    make_tariff(post, active_from=date(2019, 7, 1), active_to=date(2020, 1, 1))
    make_tariff(post, active_from=date(2010, 1, 1), active_to=date(2019, 7, 1))
    make_tariff(post, active_from=date(2020, 1, 1))

    assert Tariff.objects.count() == 3


def test_an_open_tariff_leaves_no_room_behind_it():
    post = make_post()
    make_tariff(post)

    with refuses("approved_tariffs_never_overlap_in_time"):
        make_tariff(post, active_from=date(2090, 1, 1))


@pytest.mark.parametrize(
    "other", [{"service": "TRAVEL_DOC_EMERGENCY"}, {"component": "urgent"}, {"applicant_class": "minor"}]
)
def test_other_services_components_and_people_have_lines_of_their_own(other):
    post = make_post()
    make_tariff(post)

    make_tariff(post, **other)

    assert Tariff.objects.count() == 2


def test_another_post_has_lines_of_its_own():
    make_tariff(make_post("PAR"))
    make_tariff(make_post("LYS"))

    assert Tariff.objects.count() == 2


def test_a_fee_is_never_negative():
    with refuses("a_fee_is_never_negative"):
        make_tariff(make_post(), amount_minor=-1)


def test_a_tariff_does_not_end_before_it_begins():
    with refuses("a_tariff_does_not_end_before_it_begins"):
        make_tariff(make_post(), active_to=date(2019, 6, 30))


def test_a_line_that_was_called_off_leaves_its_days_to_another():
    post = make_post()
    make_tariff(post, active_to=date(2019, 7, 1))

    make_tariff(post)

    assert Tariff.objects.count() == 2


def test_a_fee_is_for_a_known_class_of_people():
    with refuses("a_fee_is_for_a_known_class_of_people"):
        make_tariff(make_post(), applicant_class="friend")


@pytest.mark.parametrize(
    "row",
    [
        Tariff(active_from=date(2026, 1, 2), active_to=date(2026, 1, 1)),
        OpeningRule(weekday=1, opens=time(10), closes=time(9)),
    ],
)
def test_what_ends_before_it_begins_is_explained_before_the_database_sees_it(row):
    row.post = make_post(weekdays=())

    with pytest.raises(ValidationError) as refused:
        row.full_clean()

    assert {"active_to", "closes"} & set(refused.value.message_dict)


def test_a_fee_is_in_the_money_of_the_post():
    tariff = make_tariff(make_post(), currency="USD")

    with pytest.raises(ValidationError) as refused:
        tariff.full_clean()

    assert "currency" in refused.value.message_dict


@pytest.mark.parametrize(
    "hours", [(time(11), time(15)), (time(9), time(12)), (time(10), time(11)), (time(8), time(9, 0, 1))]
)
def test_opening_hours_never_overlap(hours):
    post = make_post()

    with refuses("opening_hours_never_overlap"):
        OpeningRule.objects.create(post=post, weekday=1, opens=hours[0], closes=hours[1])


def test_hours_may_follow_each_other_without_a_break():
    post = make_post()

    OpeningRule.objects.create(post=post, weekday=1, opens=time(12), closes=time(14))

    assert post.opening_rules.filter(weekday=1).count() == 3


def test_a_post_opens_before_it_closes():
    with refuses("a_post_opens_before_it_closes"):
        OpeningRule.objects.create(post=make_post(weekdays=()), weekday=1, opens=time(9), closes=time(9))


def test_a_week_has_seven_days():
    with refuses("a_week_has_seven_days"):
        OpeningRule.objects.create(post=make_post(weekdays=()), weekday=8, opens=time(9), closes=time(10))


def test_a_closure_starts_before_it_ends():
    with refuses("a_closure_starts_before_it_ends"):
        Closure.objects.create(
            post=make_post(), starts_on=date(2026, 1, 2), ends_on=date(2026, 1, 1), reason_zh="无", reason_en="None"
        )


@pytest.mark.parametrize(
    "days",
    [
        {"normal_days": 0},
        {"urgent_days": 5},
        {"express_days": 4},
        {"urgent_days": None, "express_days": 5},
        {"express_days": 0},
    ],
)
def test_a_faster_service_takes_no_longer(days):
    with refuses("a_faster_service_takes_no_longer"):
        make_service(make_post(), **days)


def test_a_post_offers_a_service_once():
    post = make_post()
    make_service(post)

    with refuses("a_post_offers_a_service_once"):
        make_service(post)


def test_a_service_may_know_no_hurry():
    service = make_service(make_post(), urgent_days=None, express_days=None)

    assert [*Service.objects.get(pk=service.pk).targets] == ["normal"]


@pytest.mark.parametrize("facts", [{"code": "par"}, {"code": "PA"}, {"currency": "eur"}])
def test_codes_are_three_capital_letters(facts):
    with refuses("a_post_code_is_three_capital_letters|a_post_currency_is_an_iso_4217_code"):
        make_post(**facts)


def test_a_time_zone_must_exist():
    post = make_post(time_zone="Europe/Atlantis")

    with pytest.raises(ValidationError, match=r"time zone|时区"):
        post.full_clean()
