from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.translation import override

from apps.kernel.errors import Invalid, Unmet
from apps.posts import services
from apps.posts.models import ApplicantClass, Tariff
from tests.posts.factories import RELEASED, local, make_post, make_tariff, propose

pytestmark = pytest.mark.django_db

ON = date(2026, 6, 1)


def price(post, *components, on=ON, service="TRAVEL_DOC", **whose):
    return services.price(post=post, service=service, components=list(components), on=on, **whose)


@pytest.fixture
def post():
    post = make_post("KBL", country="AF", time_zone="Asia/Kabul", currency="USD")
    for component, amount in [("base", 1800), ("urgent", 2000), ("express", 3000), ("copy", 500), ("postage", 900)]:
        make_tariff(post, component, amount)
    return post


@pytest.mark.parametrize(
    ("components", "lines", "total"),
    [
        (["base"], [("base", 1, 1800)], 1800),
        (["urgent", "base"], [("base", 1, 1800), ("urgent", 1, 2000)], 3800),
        (["base", "express", "postage"], [("base", 1, 1800), ("express", 1, 3000), ("postage", 1, 900)], 5700),
        (["base", "copy", "copy"], [("base", 1, 1800), ("copy", 2, 1000)], 2800),
        # The surcharge is for the set, not for each document in it.
        (["base", "urgent", "copy", "urgent"], [("base", 1, 1800), ("urgent", 1, 2000), ("copy", 1, 500)], 4300),
    ],
)
def test_a_price_has_a_line_for_each_component(post, components, lines, total):
    priced = price(post, *components)

    assert [(line.code, line.quantity, line.amount_minor) for line in priced.lines] == lines
    assert (priced.currency, priced.total_minor) == ("USD", total)
    assert all(type(line.amount_minor) is int for line in priced.lines)


def test_a_line_names_its_tariff_and_its_law(post):
    line = price(post, "base").lines[0]

    assert Tariff.objects.get(pk=line.tariff_id).component == "base"
    with override("en"):
        assert (str(line.label), line.legal_basis) == ("Document fee", "Passport Law art. 22")
    with override("zh-hans"):
        assert line.legal_basis == "《护照法》第二十二条"


def test_a_missing_line_is_no_price_of_nothing(post):
    with pytest.raises(Unmet) as refused:
        price(post, "base", "endorsement")

    assert (refused.value.code, refused.value.missing) == ("no_tariff", ("endorsement",))


def test_a_free_component_is_a_line_of_nothing(post):
    make_tariff(post, "endorsement", 0)

    assert [line.amount_minor for line in price(post, "base", "endorsement").lines] == [1800, 0]


@pytest.mark.parametrize(
    ("who", "total"), [(ApplicantClass.MINOR, 900), (ApplicantClass.ADULT, 1800), (ApplicantClass.ANY, 1800)]
)
def test_a_class_of_people_pays_by_its_own_line_or_by_the_one_for_everybody(post, who, total):
    make_tariff(post, "base", 900, applicant_class="minor")

    assert price(post, "base", applicant_class=who).total_minor == total
    assert price(post, "base", "copy", applicant_class=who).total_minor == total + 500


def test_a_line_for_one_class_is_no_price_for_another(post):
    make_tariff(post, "endorsement", 300, applicant_class="minor")

    for who in (ApplicantClass.ADULT, ApplicantClass.ANY):
        with pytest.raises(Unmet):
            price(post, "endorsement", applicant_class=who)


@pytest.mark.parametrize(
    ("birthday", "who"), [(date(2010, 6, 1), ApplicantClass.ADULT), (date(2010, 6, 2), ApplicantClass.MINOR)]
)
def test_on_the_sixteenth_birthday_one_is_no_minor_any_more(birthday, who):
    assert ApplicantClass.of(born_on=birthday, on=date(2026, 6, 1)) is who


def test_what_is_only_proposed_is_no_price(post):
    propose(post, "endorsement", 300, at=RELEASED)

    with pytest.raises(Unmet):
        price(post, "endorsement")


def test_what_was_called_off_is_no_price(post):
    make_tariff(post, "endorsement", 300, active_from=ON, active_to=ON)

    with pytest.raises(Unmet):
        price(post, "endorsement")


@pytest.mark.parametrize("components", [[], ["base", "tip"], ["urgent\0"], [""]])
def test_what_is_no_component_has_no_price(post, components):
    with pytest.raises(Invalid) as refused:
        price(post, *components)

    assert refused.value.code == "unknown_component"


def test_nobody_pays_for_two_urgencies(post):
    with pytest.raises(Invalid) as refused:
        price(post, "base", "urgent", "express")

    assert refused.value.code == "two_urgencies"


def test_a_service_has_its_own_lines(post):
    with pytest.raises(Unmet):
        price(post, "base", service="PASSPORT_RENEW")


def test_a_line_in_old_money_is_none(post):
    make_tariff(post, "endorsement", 300, currency="AFN")

    with pytest.raises(Unmet):
        price(post, "endorsement")


@pytest.mark.parametrize(
    ("on", "amount"),
    [
        (date(2017, 7, 9), 3500),
        (date(2017, 7, 10), 3000),
        (date(2026, 1, 1), 3000),
    ],
)
def test_canberra_asked_35_until_10_july_2017_and_30_since(on, amount):
    services.seed(at=datetime(2026, 11, 23, tzinfo=UTC))
    canberra = Tariff.objects.filter(post="CBR").first().post

    assert price(canberra, "base", on=on, service="PASSPORT_RENEW").total_minor == amount


def test_a_day_before_any_tariff_has_no_price(post):
    with pytest.raises(Unmet):
        price(post, "base", on=date(2019, 6, 30))


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "Asia/Kabul"])
def test_a_tariff_changes_at_midnight_of_the_post(zone):
    post = make_post("XXX", time_zone=zone)
    make_tariff(post, amount_minor=3500, active_to=date(2026, 6, 1))
    make_tariff(post, amount_minor=3000, active_from=date(2026, 6, 1))
    midnight = local(zone, 2026, 6, 1).astimezone(UTC)

    before = price(post, "base", on=post.today(midnight - timedelta(seconds=1)))
    after = price(post, "base", on=post.today(midnight))

    assert (before.total_minor, after.total_minor) == (3500, 3000)
