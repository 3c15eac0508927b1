from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Count, ProtectedError

from apps.posts import services
from apps.posts.models import ChargePolicy, Closure, Component, OpeningRule, Policy, Post, Service, Tariff
from apps.posts.money import exponent
from apps.posts.public_holidays import weekend_of
from tests.posts.factories import change_fee

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
PUBLISHED = {
    ("PAR", "TRAVEL_DOC_EMERGENCY", "base", 1600, date(2019, 7, 1)),
    ("PAR", "TRAVEL_DOC", "base", 1600, date(2019, 7, 1)),
    ("PAR", "PASSPORT_RENEW", "base", 1600, date(2019, 7, 1)),
    ("PAR", "PASSPORT_REPLACE", "base", 1600, date(2019, 7, 1)),
    ("PAR", "ENDORSE", "endorsement", 300, date(2019, 7, 1)),
    ("KBL", "TRAVEL_DOC_EMERGENCY", "base", 1800, date(2024, 3, 13)),
    ("KBL", "TRAVEL_DOC_EMERGENCY", "urgent", 2000, date(2024, 3, 13)),
    ("KBL", "TRAVEL_DOC_EMERGENCY", "express", 3000, date(2024, 3, 13)),
    ("KBL", "TRAVEL_DOC", "base", 1800, date(2024, 3, 13)),
    ("KBL", "TRAVEL_DOC", "urgent", 2000, date(2024, 3, 13)),
    ("KBL", "TRAVEL_DOC", "express", 3000, date(2024, 3, 13)),
    ("KBL", "PASSPORT_RENEW", "base", 1800, date(2024, 3, 13)),
    ("KBL", "PASSPORT_REPLACE", "base", 1800, date(2024, 3, 13)),
    ("TOR", "PASSPORT_RENEW", "base", 2300, date(2024, 1, 1)),
    ("TOR", "PASSPORT_REPLACE", "base", 2300, date(2024, 1, 1)),
    ("CBR", "PASSPORT_RENEW", "base", 3500, date(2010, 1, 1)),
    ("CBR", "PASSPORT_REPLACE", "base", 3500, date(2010, 1, 1)),
    ("CBR", "PASSPORT_RENEW", "base", 3000, date(2017, 7, 10)),
    ("CBR", "PASSPORT_REPLACE", "base", 3000, date(2017, 7, 10)),
}
TABLES = (Post, Service, OpeningRule, Closure, Tariff)


@pytest.fixture
def posts():
    return services.seed(at=AT)


def test_every_seeded_row_would_pass_the_staff_screens(posts):
    for table in TABLES:
        for row in table.objects.all():
            row.full_clean()

    assert len(posts) >= 8


def test_the_posts_span_the_day_and_many_currencies(posts):
    offsets = [post.local(AT).utcoffset() for post in posts]

    assert (min(offsets), max(offsets)) == (timedelta(hours=-8), timedelta(hours=13))
    assert len({post.currency for post in posts}) >= 6
    assert {exponent(post.currency) for post in posts} == {0, 2, 3}


def test_every_charge_policy_and_the_strict_district_are_there(posts):
    assert {post.charge_policy for post in posts} == set(ChargePolicy.values)
    assert {Policy.STRICT_DISTRICT, Policy.COUNTRY} == {post.policy for post in posts}


def test_a_second_seed_makes_nothing(posts):
    before = [table.objects.count() for table in TABLES]

    assert services.seed(at=AT + timedelta(days=3)) == []
    assert [table.objects.count() for table in TABLES] == before


def test_what_staff_decided_stays(posts):
    Service.objects.filter(post="PAR", code="TRAVEL_DOC").update(normal_days=5)
    change_fee(Post.objects.get(pk="PAR"), "base", 1700, at=AT)
    OpeningRule.objects.filter(post="PAR").delete()

    services.seed(at=AT)

    assert not OpeningRule.objects.filter(post="PAR").exists()
    assert Service.objects.get(post="PAR", code="TRAVEL_DOC").normal_days == 5
    fees = Tariff.objects.filter(post="PAR", service="TRAVEL_DOC", component="base")
    assert {(fee.amount_minor, fee.active_to) for fee in fees} == {(1600, date(2026, 11, 24)), (1700, None)}


def test_what_was_seeded_was_approved_with_the_release(posts):
    made = set(Tariff.objects.values_list("approved_at", "proposed_by", "approved_by"))

    assert made == {(AT, None, None)}


def test_a_post_with_a_tariff_stays(posts):
    with pytest.raises(ProtectedError):
        Post.objects.get(code="TYO").delete()


def test_every_open_service_and_urgency_has_a_price_and_a_promise(posts):
    offered = [
        (service.post, service.code, urgency)
        for service in Service.objects.filter(is_open=True).select_related("post")
        for urgency in service.targets
    ]

    for post, service, urgency in offered:
        components = ["base"] if urgency == "normal" else ["base", urgency]
        price = services.price(post=post, service=service, components=components, on=post.today(AT))
        expected = services.expected_on(post=post, service=service, from_=AT, urgency=urgency)

        assert price.total_minor > 0
        assert expected > post.today(AT)

    assert len(offered) > 2 * len(posts)


def test_an_urgency_is_priced_exactly_where_it_is_offered(posts):
    for service in Service.objects.filter(code__startswith="TRAVEL"):
        priced = Tariff.objects.filter(post=service.post, service=service.code).values_list("component", flat=True)

        assert {*priced} & {Component.URGENT, Component.EXPRESS} == {*service.targets} - {"normal"}


def test_published_fees_are_the_published_ones(posts):
    published = Tariff.objects.exclude(legal_basis_en__startswith="Demonstration")

    assert set(published.values_list("post", "service", "component", "amount_minor", "active_from")) == PUBLISHED


def test_a_fee_nobody_published_says_so_in_both_languages(posts):
    unpublished = Tariff.objects.exclude(legal_basis_en__contains="Passport Law art. 22")

    assert {line.legal_basis_en[:13] for line in unpublished} == {"Demonstration"}
    assert {line.legal_basis_zh[:4] for line in unpublished} == {"演示数值"}
    assert set(unpublished.values_list("post", flat=True)) == {post.code for post in posts} - {"KBL"}


def test_passports_know_no_hurry(posts):
    hurried = Service.objects.filter(code__startswith="PASSPORT").exclude(urgent_days=None, express_days=None)

    assert Service.objects.filter(code__startswith="PASSPORT").exists()
    assert not hurried.exists()


def test_no_post_opens_on_the_weekend_of_its_country(posts):
    assert OpeningRule.objects.values("post").annotate(Count("pk")).count() == len(posts)
    assert [
        rule for rule in OpeningRule.objects.select_related("post") if rule.weekday - 1 in weekend_of(rule.post.country)
    ] == []


def test_a_closure_lies_ahead_of_the_seed(posts):
    closure = Closure.objects.get(post="PAR")

    assert closure.starts_on == date(2026, 11, 23) + timedelta(days=45)
    assert closure.ends_on == closure.starts_on
