"""What is charged equals a line of the tariff (Passport Law art. 22), whatever the code is like."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.payments.models import Payment, Quote
from apps.payments.services import quoting
from apps.posts.models import ApplicantClass, Tariff
from apps.posts.services import price
from tests.payments.factories import AT, make_payer, make_quote
from tests.payments.merchants import make_merchant
from tests.posts.factories import make_post, make_tariff, make_waiver, propose

pytestmark = pytest.mark.django_db

TODAY = AT.date()


@pytest.fixture
def post():
    """On the meridian, so that its day is the day of ``AT``."""
    post = make_post("LON", weekdays=(), time_zone="UTC", currency="GBP")
    for component, amount in [("base", 1600), ("urgent", 2000), ("express", 3000), ("copy", 500)]:
        make_tariff(post, component, amount)
    return post


def line_of(fee, quantity=1, **wrong):
    facts = {"code": fee.component, "quantity": quantity, "unit_minor": fee.amount_minor, "tariff": fee.pk}
    return facts | {"amount_minor": fee.amount_minor * quantity} | wrong


def store(post, *lines, total=None, **wrong):
    """A quote as it comes to the database, from code that got something wrong."""
    codes = [line["code"] for line in lines for _ in range(line["quantity"])]
    right = {
        "payable": "thing:1",
        "post": post,
        "service": "TRAVEL_DOC",
        "components": codes,
        "lines": [*lines],
        "currency": post.currency,
        "priced_on": TODAY,
        "total_minor": sum(line["amount_minor"] for line in lines) if total is None else total,
        "shown_at": AT,
        "valid_until": AT + timedelta(days=1),
    }
    return Quote.objects.create(**right | wrong)


def fee(post, component="base", **which):
    return Tariff.objects.get(post=post, component=component, **which)


def refuses(rule):
    return pytest.raises(IntegrityError, match=rule)


def test_what_the_tariff_says_is_stored(post):
    made = store(post, line_of(fee(post)), line_of(fee(post, "copy"), 3))

    assert made.total_minor == 3100


@pytest.mark.parametrize(
    "wrong",
    [
        {"unit_minor": 1601, "amount_minor": 1601},
        {"unit_minor": 1599, "amount_minor": 1599},
        {"unit_minor": None},
        {"tariff": 999_999},
        {"tariff": None},
        {"code": "copy"},
    ],
)
def test_no_amount_but_that_of_the_line_is_charged(post, wrong):
    with refuses("a_charge_is_a_line_of_the_tariff"):
        store(post, line_of(fee(post)) | wrong, components=["base", "copy"])


@pytest.mark.parametrize(
    "made",
    [
        {"active_from": TODAY + timedelta(days=1)},
        {"active_to": TODAY},
        {"active_from": TODAY, "active_to": TODAY},
        {"service": "ENDORSE"},
        {"currency": "EUR"},
    ],
    ids=["tomorrow's", "yesterday's", "called off", "another service's", "in other money"],
)
def test_no_line_is_charged_that_does_not_hold_for_it_that_day(post, made):
    other = make_tariff(post, "endorsement", 300, **made)

    with refuses("a_charge_is_a_line_of_the_tariff"):
        store(post, line_of(other))


def test_no_line_of_another_post_is_charged(post):
    other = make_tariff(make_post("LYS", weekdays=(), currency="GBP"))

    with refuses("a_charge_is_a_line_of_the_tariff"):
        store(post, line_of(other))


def test_no_proposal_is_charged(post):
    proposed = propose(post, "endorsement", 300, at=AT - timedelta(days=9))

    with refuses("a_charge_is_a_line_of_the_tariff"):
        store(post, line_of(proposed))


@pytest.mark.parametrize("days", [-1, 1])
def test_a_price_is_of_the_day_it_was_shown(post, days):
    with refuses("a_price_is_of_the_day_it_was_shown"):
        store(post, line_of(fee(post)), priced_on=TODAY + timedelta(days=days))


@pytest.mark.parametrize(("zone", "hour", "days"), [("Etc/GMT-14", 11, 1), ("UTC", 11, 0), ("Etc/GMT+12", 11, -1)])
def test_the_day_is_that_of_the_post(zone, hour, days):
    post = make_post("XXX", weekdays=(), time_zone=zone)
    make_tariff(post)

    assert make_quote(post=post, at=AT.replace(hour=hour)).priced_on == TODAY + timedelta(days=days)


def test_nobody_pays_for_another_class_of_people(post):
    make_tariff(post, "endorsement", 300, applicant_class="adult")
    cheaper = make_tariff(post, "postage", 100, applicant_class="minor")
    everybody = make_tariff(post, "postage", 900)
    minor = {"applicant_class": ApplicantClass.MINOR}

    store(post, line_of(cheaper), **minor)
    with refuses("a_charge_is_for_the_class_of_the_applicant"), transaction.atomic():
        store(post, line_of(everybody), **minor)
    with refuses("a_charge_is_for_the_class_of_the_applicant"), transaction.atomic():
        store(post, line_of(fee(post, "endorsement")), **minor)
    store(post, line_of(everybody), applicant_class=ApplicantClass.ADULT)


def test_nobody_pays_for_more_than_was_asked(post):
    copies = line_of(fee(post, "copy"), 2)

    with refuses("nobody_pays_for_more_than_was_asked"), transaction.atomic():
        store(post, copies, components=["base", "copy"])
    with refuses("nobody_pays_for_more_than_was_asked"), transaction.atomic():
        store(post, line_of(fee(post)), line_of(fee(post, "urgent")), components=["base"])


@pytest.mark.parametrize("component", ["base", "urgent", "express"])
def test_a_surcharge_is_charged_once_per_set(post, component):
    with refuses("nobody_pays_for_more_than_was_asked"):
        store(post, line_of(fee(post, component), 2))


@pytest.mark.parametrize("quantity", [0, -1])
def test_no_quantity_is_nothing_or_less(post, quantity):
    with refuses("nobody_pays_for_more_than_was_asked"):
        store(post, line_of(fee(post, "copy"), quantity), components=["copy"])


def test_an_amount_is_its_unit_times_its_quantity(post):
    with refuses("an_amount_is_its_unit_times_its_quantity"):
        store(post, line_of(fee(post, "copy"), 2, amount_minor=1001))


@pytest.mark.parametrize("codes", [("base", "base"), ("base", "urgent", "express")])
def test_nobody_pays_twice_for_one_thing(post, codes):
    with refuses("nobody_pays_twice_for_one_thing"):
        store(post, *(line_of(fee(post, code)) for code in codes))


@pytest.mark.parametrize("total", [1601, 1599, 0])
def test_a_total_is_the_sum_of_its_lines(post, total):
    with refuses("a_total_is_the_sum_of_its_lines"):
        store(post, line_of(fee(post)), total=total)


def test_a_quote_without_lines_asks_for_nothing_at_all(post):
    with refuses("a_total_is_the_sum_of_its_lines"):
        store(post)


def test_a_waiver_leaves_the_lines_and_asks_for_nothing(post):
    make_waiver(post, "thing:1")

    made = make_quote("thing:1", post=post, components=["base", "urgent"])

    assert (made.waived_minor, made.total_minor, made.needs_payment) == (3600, 0, False)
    assert [line["amount_minor"] for line in made.lines] == [1600, 2000]


def test_a_price_that_was_shown_is_not_asked_for_once_it_is_waived(post):
    before = make_quote("thing:1", post=post)
    make_waiver(post, "thing:1")

    assert (before.total_minor, make_quote("thing:1", post=post).total_minor) == (1600, 0)


def test_a_waiver_is_for_one_thing_at_one_post(post):
    make_waiver(post, "thing:1")
    other = make_post("LYS", weekdays=())
    make_tariff(other)

    assert make_quote("thing:2", post=post).total_minor == 1600
    assert make_quote("thing:1", post=other).total_minor == 1600


def test_only_an_approved_waiver_waives_and_all_of_it(post):
    good, other = make_waiver(post, "thing:1"), make_waiver(post, "thing:2")
    base = line_of(fee(post))

    for wrong in ({"waived_minor": 1600}, {"waived_minor": 1600, "waiver": other}):
        with refuses("only_an_approved_waiver_waives"), transaction.atomic():
            store(post, base, total=0, **wrong)
    with refuses("only_an_approved_waiver_waives"), transaction.atomic():
        store(post, base, total=1000, waived_minor=600, waiver=good)
    assert store(post, base, total=0, waived_minor=1600, waiver=good).total_minor == 0


@pytest.mark.parametrize(
    "wrong", [{"amount_minor": 1601}, {"amount_minor": 1599}, {"currency": "EUR"}, {"payable": "thing:2"}]
)
def test_a_payment_asks_what_its_quote_says(post, wrong):
    made = make_quote("thing:1", post=post)
    right = {"payable": made.payable, "amount_minor": made.total_minor, "currency": made.currency}

    with refuses("a_payment_asks_what_its_quote_says"):
        Payment.objects.create(
            quote=made,
            payer=make_payer(),
            merchant=make_merchant(),
            provider="scripted",
            expires_at=AT + timedelta(hours=1),
            **right | wrong,
        )


def test_code_that_adds_a_service_charge_of_its_own_is_stopped(post, monkeypatch):
    def greedy(**asked):
        honest = price(**asked)
        lines = [replace(line, amount_minor=line.amount_minor + 100) for line in honest.lines]
        return replace(honest, lines=lines, total_minor=honest.total_minor + 100)

    monkeypatch.setattr(quoting, "price", greedy)

    with refuses("an_amount_is_its_unit_times_its_quantity"):
        make_quote(post=post)
