"""The API of push tokens and channels."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from rest_framework.test import APIClient

from apps.audit.models import Entry
from apps.notifications import wishes
from apps.notifications.models import PushToken
from tests.notifications.people import AT, device_of, person
from tests.notifications.services import android, iphone

pytestmark = pytest.mark.django_db

TOKEN = "/api/v1/devices/current/push-token"
CHANNELS = "/api/v1/messages/channels"


class Phone(APIClient):
    def __init__(self, user):
        super().__init__()
        self.device = device_of(user)
        self.force_authenticate(user, self.device)

    def register(self, token, service="fcm"):
        return self.put(TOKEN, {"service": service, "token": token}, format="json")

    def choose(self, **said):
        return self.put(CHANNELS, said, format="json")


@pytest.fixture
def phone():
    return Phone(person())


def test_a_device_registers_again_and_again_and_keeps_one_token(phone):
    first, second = android(), iphone()

    assert phone.register(first).json()["service"] == "fcm"
    assert phone.register(second, "apns").status_code == 200

    row = PushToken.objects.get()
    assert (row.device, row.service, row.token) == (phone.device, "apns", second)
    assert second not in str(phone.register(second, "apns").json())


def test_a_token_that_was_gone_is_valid_again_once_the_device_says_it(phone):
    token = android()
    phone.register(token)
    PushToken.objects.update(invalid_at=AT)
    phone.register(token)

    assert PushToken.objects.live().count() == 1


def test_a_phone_that_changed_hands_shows_only_its_new_owners_news(phone):
    token, other = android(), Phone(person(email="other@example.com"))
    phone.register(token)
    other.register(token)

    assert [row.device for row in PushToken.objects.all()] == [other.device]


@pytest.mark.django_db(transaction=True)
def test_two_devices_that_say_one_token_at_once_take_turns(transactional_db):
    user, token, together = person(), android(), Barrier(4)
    devices = [device_of(user) for _ in range(4)]

    def register(device):
        together.wait()
        try:
            wishes.register(device=device, service="fcm", token=token, at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(register, devices))
    assert PushToken.objects.count() == 1


def test_a_device_that_wants_none_gets_none(phone):
    phone.register(android())

    assert [phone.delete(TOKEN).status_code, phone.delete(TOKEN).status_code] == [204, 204]
    assert not PushToken.objects.exists()


@pytest.mark.parametrize(
    ("service", "token", "pointer"),
    [
        ("fcm", "short", "/token"), ("apns", "zz" * 32, "/token"), ("apns", "A" * 64, "/token"), ("wns", "x" * 30, "/service"),
        ("fcm", "x" * 5000, "/token"), ("fcm", "x\x00" * 20, None), ("fcm", "中" * 30, "/token"), ("fcm", None, "/token"),
        ("fcm", ["x" * 30], "/token"), ("fcm", "x" * 20 + "\n", None),
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused(phone, service, token, pointer):
    answer = phone.register(token, service)

    if pointer:
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert answer.status_code in {200, 400}


def test_nobody_registers_without_signing_in():
    assert APIClient().put(TOKEN, {}, format="json").status_code == 401


def test_everyone_begins_with_push_then_text_and_e_mail(phone):
    assert phone.get(CHANNELS).json() == {"order": ["push", "sms", "email"], "muted": [], "reached": ["email"]}


def test_a_choice_is_kept_and_written_down(phone):
    wish = {"order": ["email", "push", "sms"], "muted": ["sms", "sms"]}

    assert phone.choose(**wish).json()["order"] == ["email", "push", "sms"]
    assert phone.get(CHANNELS).json()["muted"] == ["sms"]
    entry = Entry.objects.get(action="channels_chosen")
    assert entry.detail == {"order": "email,push,sms", "muted": "sms"}


@pytest.mark.parametrize(
    "said",
    [
        {"order": ["push", "push", "sms"], "muted": []}, {"order": ["push", "sms"], "muted": []},
        {"order": ["push", "sms", "email"], "muted": ["fax"]}, {"order": "push", "muted": []}, {"muted": []},
        {"order": ["push", "sms", "email"], "muted": [], "more": 1}, {"order": [["push"], {}, 1], "muted": []},
    ],
)  # fmt: skip
def test_what_is_no_choice_is_refused(phone, said):
    assert phone.choose(**said).status_code == 400
