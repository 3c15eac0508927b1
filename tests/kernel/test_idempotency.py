from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils.timezone import now
from rest_framework.test import APIClient

from apps.audit.models import Entry
from apps.kernel.idempotency import KEPT_FOR, forget
from apps.kernel.models import Answer

pytestmark = [pytest.mark.urls("tests.kernel.urls")]

PARALLEL = 50


@pytest.fixture
def user(db):
    return get_user_model().objects.create_user(email="na@example.com")


@pytest.fixture
def stranger(db):
    return get_user_model().objects.create_user(email="other@example.com")


def note(user, key="k1", body=None):
    phone = APIClient()
    phone.force_authenticate(user)
    headers = {} if key is None else {"idempotency-key": key}
    return phone.post("/api/v1/notes", body or {}, format="json", headers=headers)


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_with_one_key_have_one_effect_and_one_answer(transactional_db, user):
    together = Barrier(PARALLEL)

    def press(_):
        together.wait()
        try:
            answer = note(user)
            return answer.status_code, answer.content
        finally:
            connection.close()

    with ThreadPoolExecutor(PARALLEL) as threads:
        answers = list(threads.map(press, range(PARALLEL)))

    assert Entry.objects.count() == 1
    assert len(answers) == PARALLEL
    assert set(answers) == {(201, b'{"entry":%d}' % Entry.objects.get().pk)}


def test_a_repeated_request_is_answered_from_what_was_kept(user):
    first, again = note(user), note(user)

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert again["ETag"] == first["ETag"]
    assert "X-Other" not in again
    assert Entry.objects.count() == 1


def test_the_key_of_another_request_is_refused(user):
    note(user, body={"text": "one"})

    answer = note(user, body={"text": "two"})

    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert Entry.objects.count() == 1


def test_the_order_of_fields_does_not_make_another_request(user):
    note(user, body={"a": 1, "b": 2})

    assert note(user, body={"b": 2, "a": 1}).status_code == 201


def test_two_people_may_choose_the_same_key(user, stranger):
    mine, theirs = note(user), note(stranger)

    assert mine.json() != theirs.json()
    assert "Idempotent-Replayed" not in theirs
    assert Entry.objects.count() == 2


def test_another_key_is_another_intent(user):
    assert note(user, "k1").json() != note(user, "k2").json()


@pytest.mark.parametrize("key", ["x" * 300, "x" * 256, "钥匙", "a\x7fb"])
def test_an_unusable_key_is_refused(user, key):
    answer = note(user, key)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("key", [None, ""])
def test_no_key_is_refused(user, key):
    answer = note(user, key)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


def test_the_longest_key_is_kept_whole(user):
    assert note(user, "x" * 255).status_code == 201
    assert Answer.objects.get().key == "x" * 255


def test_an_error_leaves_nothing_and_the_key_may_be_used_again(user):
    assert note(user, body={"fail": True}).status_code == 409
    assert Entry.objects.count() == Answer.objects.count() == 0

    assert note(user, body={"fail": False}).status_code == 201
    assert Entry.objects.count() == 1


def test_a_key_is_asked_for_before_anything_is_done(user):
    assert note(user, None, body={"fail": True}).json()["code"] == "idempotency_key_required"


@pytest.mark.django_db(transaction=True)
def test_many_at_once_that_all_fail_leave_nothing_behind(transactional_db, user):
    together = Barrier(8)

    def press(_):
        together.wait()
        try:
            return note(user, body={"fail": True}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(press, range(8)))

    assert statuses == [409] * 8
    assert Answer.objects.count() == 0


def test_answers_are_forgotten_after_a_week(user):
    note(user, "old")
    note(user, "new")
    Answer.objects.filter(key="old").update(created_at=now() - KEPT_FOR - timedelta(seconds=1))

    assert forget(at=now()) == 1
    assert [answer.key for answer in Answer.objects.all()] == ["new"]
