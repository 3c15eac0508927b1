import uuid

import pytest
from rest_framework.test import APIClient

from apps.notifications.models import Message
from tests.accounts.factories import make_device
from tests.notifications.people import person, told

pytestmark = pytest.mark.django_db


def phone_of(user):
    phone = APIClient()
    phone.force_authenticate(user, token=make_device(user)[0])
    return phone


@pytest.fixture
def user():
    return person()


@pytest.fixture
def phone(user):
    return phone_of(user)


def open_message(phone, pk, key="k1"):
    return phone.post(f"/api/v1/messages/{pk}/read", headers={"idempotency-key": key})


def test_a_message_is_shown_as_it_was_told(phone, user):
    message = told(user, template="approved")

    (shown,) = phone.get("/api/v1/messages").json()["results"]

    assert shown == {
        "id": str(message.pk),
        "template": "approved",
        "subject": "case:8c15bd34",
        "title": message.title,
        "body": message.body,
        "link": message.link,
        "sent_at": "2026-11-23T09:00:00Z",
        "read_at": None,
    }


def test_the_inbox_runs_newest_first_page_by_page(phone, user):
    made = [str(told(user, dedupe=str(number)).pk) for number in range(5)]

    seen, address = [], "/api/v1/messages?page_size=2"
    while address:
        page = phone.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]

    assert seen == made[::-1]


def test_nobody_sees_another_persons_messages(phone):
    message = told(person(email="other@example.com"))

    assert phone.get("/api/v1/messages").json()["results"] == []
    for pk in (message.pk, uuid.uuid4(), "x", "../1"):
        assert open_message(phone, pk).status_code == 404
    message.refresh_from_db()
    assert message.read_at is None


def test_nobody_reads_without_signing_in():
    assert APIClient().get("/api/v1/messages").status_code == 401
    assert APIClient().post(f"/api/v1/messages/{uuid.uuid4()}/read").status_code == 401


def test_opening_a_message_marks_it_once(phone, user):
    message = told(user)

    first = open_message(phone, message.pk)
    again = open_message(phone, message.pk, key="k2")

    assert first.status_code == again.status_code == 200
    assert first.json()["read_at"] == again.json()["read_at"] is not None


def test_only_unread_ones_can_be_asked_for(phone, user):
    read, unread = told(user, dedupe="1"), told(user, dedupe="2")
    open_message(phone, read.pk)

    def ids(query):
        return {row["id"] for row in phone.get(f"/api/v1/messages{query}").json()["results"]}

    assert ids("?unread=true") == {str(unread.pk)}
    assert ids("?unread=false") == ids("") == {str(read.pk), str(unread.pk)}


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("unread=maybe", ("/unread", "invalid")),
        ("unread=%00", ("/unread", "invalid")),
        ("page_size=0", ("/page_size", "min_value")),
        ("page_size=1000000000", ("/page_size", "max_value")),
        ("page_size=x", ("/page_size", "invalid")),
        ("user=1", ("/user", "unknown_field")),
        ("owner__password__startswith=a", ("/owner__password__startswith", "unknown_field")),
        ("cursor=%00", ("/cursor", "null_characters_not_allowed")),
    ],
)
def test_a_query_that_means_nothing_is_refused_by_name(phone, query, fault):
    answer = phone.get(f"/api/v1/messages?{query}")

    assert answer.status_code == 400
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [fault]


@pytest.mark.parametrize("cursor", ["x", "cD1nYXJiYWdl", "%ED%A0%80"])
def test_a_made_up_cursor_leads_nowhere(phone, cursor):
    assert phone.get(f"/api/v1/messages?cursor={cursor}").status_code == 404


def test_the_inbox_costs_one_query_however_full_it_is(phone, user, django_assert_num_queries):
    for number in range(30):
        told(user, dedupe=str(number))

    for query in ("", "?unread=true", "?page_size=30"):
        with django_assert_num_queries(1):
            phone.get(f"/api/v1/messages{query}")


def test_a_read_receipt_costs_a_bounded_number_of_queries(phone, user, django_assert_max_num_queries):
    message = told(user)

    with django_assert_max_num_queries(10):
        open_message(phone, message.pk)


def test_closing_an_account_takes_its_messages_along(user):
    told(user)
    user.delete()

    assert not Message.objects.exists()
