"""What need not be paid: two people say so, for one thing at one post."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from apps.audit.models import Entry
from apps.kernel.errors import Conflict, Forbidden
from apps.posts import services
from apps.posts.models import Waiver
from tests.posts.factories import make_colleague, make_post, make_waiver

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
LIST = "/admin/posts/waiver/"


@pytest.fixture
def post():
    return make_post(weekdays=())


@pytest.fixture
def officer(client, post):
    found = make_colleague(post)
    client.force_login(found)
    return found


def request(post, officer=None, payable="thing:1"):
    asked = {"payable": payable, "post": post, "reason": "hardship"}
    return services.request_waiver(**asked, officer=officer or make_colleague(post), at=AT)


def test_a_waiver_is_good_once_a_second_person_approved_it(post, officer):
    waiver = request(post)
    assert not Waiver.objects.approved().exists()

    services.approve_waiver(waiver=waiver, officer=officer, at=AT)

    assert Waiver.objects.approved().get().approved_by == officer
    assert [*Entry.objects.order_by("pk").values_list("action", "subject")] == [
        ("waiver_requested", "thing:1"),
        ("waiver_approved", "thing:1"),
    ]


def test_nobody_approves_an_own_request_not_even_a_superuser(post, officer):
    officer.is_superuser = True
    officer.save()

    with pytest.raises(Forbidden):
        services.approve_waiver(waiver=request(post, officer), officer=officer, at=AT)

    assert not Waiver.objects.approved().exists()


def test_requesting_and_approving_are_rights_of_their_own(post):
    with pytest.raises(Forbidden):
        request(post, make_colleague(post, "approve_waiver"))
    waiver = request(post, make_colleague(post, "add_waiver"))
    with pytest.raises(Forbidden):
        services.approve_waiver(waiver=waiver, officer=make_colleague(post, "add_waiver"), at=AT)
    with pytest.raises(Forbidden):
        services.withdraw_waiver(waiver=waiver, officer=make_colleague(post, "add_waiver"), at=AT)


def test_a_post_waives_once(post):
    make_waiver(post, "thing:1")

    with pytest.raises(Conflict) as refused:
        request(post)

    assert refused.value.code == "waived_before"


def test_what_was_approved_is_neither_approved_again_nor_withdrawn(post, officer):
    waiver = make_waiver(post, "thing:1")

    for verb in (services.approve_waiver, services.withdraw_waiver):
        with pytest.raises(Conflict):
            verb(waiver=waiver, officer=officer, at=AT)


@pytest.mark.parametrize(
    ("is_approved", "statement", "why"),
    [
        (True, "DELETE FROM posts_waiver", "an approved waiver is never changed"),
        (True, "UPDATE posts_waiver SET payable = 'thing:2'", "an approved waiver is never changed"),
        (True, "UPDATE posts_waiver SET approved_at = NULL, approved_by_id = NULL", "is never changed"),
        (False, "UPDATE posts_waiver SET payable = 'thing:2'", "a request is never rewritten"),
        (False, "UPDATE posts_waiver SET requested_by_id = '{other}'", "a request is never rewritten"),
        (False, "UPDATE posts_waiver SET approved_at = now()", "a_waiver_is_approved_by_a_second_person"),
        (
            False,
            "UPDATE posts_waiver SET approved_at = now(), approved_by_id = requested_by_id",
            "a_waiver_is_approved_by_a_second_person",
        ),
        (
            False,
            "INSERT INTO posts_waiver (post_id, payable, reason, requested_by_id, requested_at, approved_by_id, "
            "approved_at) SELECT post_id, 'thing:3', reason, requested_by_id, now(), '{other}', now() FROM posts_waiver",
            "a waiver begins as a request",
        ),
    ],
)
def test_the_database_knows_two_people_too(post, officer, is_approved, statement, why):
    make_waiver(post, "thing:1") if is_approved else request(post)

    with pytest.raises(IntegrityError, match=why), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(other=officer.pk))


def test_at_the_desk_one_requests_and_another_approves(client, post, officer):
    form = {"post": "PAR", "payable": "thing:1", "reason": "official_passport"}
    assert client.post(f"{LIST}add/", form).status_code == 302
    page = f"{LIST}{Waiver.objects.get().pk}/change/"
    assert 'value="approve"' not in client.get(page).content.decode()
    assert client.post(page, {"act": "approve"}).status_code == 403

    client.force_login(make_colleague(post))
    assert 'value="approve"' in client.get(page).content.decode()
    assert client.post(page, {"act": "approve"}).status_code == 302

    waiver = Waiver.objects.get()
    assert (waiver.requested_by, waiver.is_approved) == (officer, True)
    assert client.post(page, {"act": "withdraw"}).status_code == 409


def test_the_list_shows_what_waits_at_the_own_post(client, post, officer):
    request(post, payable="thing:waiting")
    make_waiver(post, "thing:approved")
    request(make_post("LYS", weekdays=()), payable="thing:elsewhere")

    waiting = client.get(f"{LIST}?state=waiting").content.decode()

    assert [f"thing:{word}" in waiting for word in ("waiting", "approved", "elsewhere")] == [True, False, False]


def test_a_second_request_is_explained(client, post, officer):
    request(post)

    answer = client.post(f"{LIST}add/", {"post": "PAR", "payable": "thing:1", "reason": "hardship"})

    assert answer.status_code == 200
    assert Waiver.objects.count() == 1


def test_a_request_is_withdrawn_at_the_desk(client, post, officer):
    waiver = request(post, officer)

    assert client.post(f"{LIST}{waiver.pk}/change/", {"act": "withdraw"}).status_code == 302
    assert not Waiver.objects.exists()
