"""A process reads what a post offers once, and never uses what is no longer so."""

from datetime import date, time

import pytest
from django.db import transaction

from apps.posts import services
from apps.posts.models import Closure, OpeningRule, Post
from tests.posts.factories import change_fee, make_post, make_service, make_tariff, propose

pytestmark = pytest.mark.django_db

DAY = date(2026, 6, 2)


@pytest.fixture
def post():
    post = make_post()
    make_service(post)
    make_tariff(post)
    return Post.objects.get(pk="PAR")


def closed(post):
    return Closure.objects.create(post=post, starts_on=DAY, ends_on=DAY, reason_zh="维护", reason_en="Maintenance")


CHANGES = {
    "the post itself": lambda post: Post.objects.filter(pk=post.pk).update(time_zone="Asia/Tokyo"),
    "the post, saved as it was read": lambda post: Post.objects.get(pk=post.pk).save(),
    "a service more": lambda post: make_service(post, "PASSPORT_RENEW"),
    "a service less": lambda post: post.services.all().delete(),
    "a slower service": lambda post: post.services.update(normal_days=9),
    "the end of a fee": change_fee,
    "a proposal": propose,
    "a fee more": lambda post: make_tariff(post, "copy"),
    "hours": lambda post: OpeningRule.objects.create(post=post, weekday=6, opens=time(9), closes=time(12)),
    "fewer hours": lambda post: post.opening_rules.first().delete(),
    "a closure": closed,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_of_a_post_gives_it_a_new_edition(post, change):
    change(post)

    assert Post.objects.get(pk="PAR").edition != post.edition


def test_another_post_keeps_its_edition(post):
    before = Post.objects.get(pk=make_post("LYS").pk).edition

    closed(post)

    assert Post.objects.get(pk="LYS").edition == before


def test_a_service_that_moves_to_another_post_changes_both(post):
    other = Post.objects.get(pk=make_post("LYS").pk)

    post.services.update(post=other)

    assert Post.objects.get(pk="PAR").edition != post.edition
    assert Post.objects.get(pk="LYS").edition != other.edition


def test_prices_and_promises_of_a_known_edition_take_no_query(post, django_assert_num_queries):
    with django_assert_num_queries(5):
        services.terms_of(post=post)

    with django_assert_num_queries(0):
        services.price(post=post, service="TRAVEL_DOC", components=["base"], on=DAY)
        services.add_working_days(post=post, start=DAY, days=200)
    with django_assert_num_queries(1):
        services.terms_of(post=Post.objects.get(pk="PAR"))


def test_what_was_only_prefetched_in_part_is_not_taken_for_the_whole(post):
    part = Post.objects.prefetch_related("services", "tariffs").get(pk="PAR")
    part._prefetched_objects_cache["tariffs"] = []

    assert len(services.terms_of(post=part).tariffs) == 1


def test_what_an_instance_says_that_was_read_before_a_change_or_was_changed_itself_is_kept_for_nobody(post):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_tariff(post, "copy", 1)
        services.terms_of(post=post)
        raise ZeroDivisionError
    post.country = "JP"
    services.terms_of(post=post)

    kept = services.terms_of(post=Post.objects.get(pk="PAR"))
    assert ([line.amount_minor for line in kept.tariffs], kept.workdays.country) == ([1600], "FR")


def test_a_change_that_was_rolled_back_is_never_used(post):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_tariff(post, "copy", 1)
        seen = services.terms_of(post=Post.objects.get(pk="PAR"))
        assert [line.amount_minor for line in seen.tariffs] == [1600, 1]
        raise ZeroDivisionError

    [line] = services.terms_of(post=Post.objects.get(pk="PAR")).tariffs
    assert line.amount_minor == 1600
