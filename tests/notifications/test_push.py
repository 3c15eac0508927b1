"""The product's own pushes, to Google's and Apple's services as a process of their own."""

import json
import ssl
import time
import uuid
from datetime import timedelta

import httpx
import pytest
from django.utils.timezone import now

from apps.kernel.errors import Unavailable
from apps.notifications.channels import apns, fcm, wire
from apps.notifications.channels.base import Uncertain, Undeliverable, channels
from apps.notifications.models import Dispatch, PushToken
from tests.notifications.people import FACTS, device_of, person, registered, told
from tests.notifications.services import android, iphone

pytestmark = pytest.mark.django_db

TOKENS = {"fcm": android, "apns": iphone}
each = pytest.mark.parametrize("service", ["fcm", "apns"])


def pushed(user, **more):
    message = told(user, **more)
    dispatch = message.dispatches.get(channel="push")
    channels["push"].send(dispatch)
    return message


@each
def test_the_phone_shows_a_line_that_tells_nobody_anything(push, service):
    user, token = person(), TOKENS[service]()
    registered(user, token, service=service)

    message = pushed(user, template="refused")

    (shown,) = push.shown(token)
    assert (shown["note"]["title"], shown["note"]["body"]) == (
        "China Consular", "There is news about your application …0017.",
    )  # fmt: skip
    assert shown["note"]["data"] == {"message": str(message.pk), "subject": message.subject, "link": message.link}
    said = json.dumps(shown["note"], ensure_ascii=False)
    assert not [text for name, text in FACTS.items() if name in {"number", "note", "reasons"} and text in said]
    assert user.email not in said


@each
def test_two_attempts_show_one_notification(push, service):
    user, token = person(), TOKENS[service]()
    registered(user, token, service=service)
    message = pushed(user)
    channels["push"].send(message.dispatches.get(channel="push"))

    assert (len(push.taken(token)), len(push.shown(token))) == (2, 1)


def test_apple_is_given_one_id_for_each_dispatch_and_device(push):
    user, token = person(), iphone()
    row = registered(user, token, service="apns")
    message = pushed(user)
    dispatch = message.dispatches.get(channel="push")

    assert [one["id"] for one in push.taken(token)] == [str(uuid.uuid5(dispatch.pk, str(row.pk)))]


@each
def test_an_app_that_is_gone_is_not_pushed_to_again(push, service):
    user, token = person(), TOKENS[service]()
    registered(user, token, service=service)
    push.uninstall(token)

    with pytest.raises(Undeliverable, match="no_device"):
        pushed(user)

    assert PushToken.objects.get().invalid_at is not None
    assert not channels["push"].reaches(user)


def test_a_device_that_registered_after_apple_lost_it_keeps_its_token(push):
    user, token = person(), iphone()
    registered(user, token, service="apns")
    push.uninstall(token)
    PushToken.objects.update(refreshed_at=now() + timedelta(minutes=1))

    with pytest.raises(Undeliverable):
        pushed(user)
    assert PushToken.objects.get().invalid_at is None


def test_one_phone_that_takes_it_is_enough_and_every_phone_is_tried(push):
    user, old, new, apple = person(), android(), android(), iphone()
    for token, service in ((old, "fcm"), (new, "fcm"), (apple, "apns")):
        registered(user, token, service=service)
    push.uninstall(old)

    pushed(user)

    assert [len(push.shown(token)) for token in (old, new, apple)] == [0, 1, 1]


def test_a_device_that_was_signed_out_gets_nothing(push):
    user, token = person(), android()
    row = registered(user, token)
    type(row.device).objects.update(revoked_at=now())

    assert not channels["push"].reaches(user)
    assert not told(user).dispatches.filter(channel="push").exists()


def test_a_new_device_is_not_told_about_itself(push):
    user, mine, thiefs = person(), android(), android()
    registered(user, mine)
    row = registered(user, thiefs)
    message = told(user, template="new_device")
    message.subject = f"device:{row.device_id}"
    message.save(update_fields=["subject"])

    channels["push"].send(message.dispatches.get(channel="push"))

    assert [len(push.shown(token)) for token in (mine, thiefs)] == [1, 0]
    assert push.shown(mine)[0]["note"]["body"] == "A new device has signed in to your account."


@each
@pytest.mark.parametrize(
    ("fault", "error", "code", "taken"),
    [
        ("unavailable", Unavailable, "503", 0),
        ("quota", Unavailable, "429", 0),
        ("error_500", Uncertain, "500", 1),
        ("late", Uncertain, "ReadTimeout", 1),
    ],
)
def test_trouble_says_whether_it_may_have_left(push, impatient, service, fault, error, code, taken):
    user, token = person(), TOKENS[service]()
    registered(user, token, service=service)
    pushed(user, dedupe="sign-in is done before the clock runs")
    push.plan(fault)

    with pytest.raises(error) as trouble:
        pushed(user, dedupe="2")

    assert type(trouble.value) is error
    names = {"503": ("UNAVAILABLE", "ServiceUnavailable"), "429": ("QUOTA_EXCEEDED", "TooManyRequests"),
             "500": ("500", "InternalServerError")}  # fmt: skip
    assert trouble.value.code.removeprefix(f"{service}_") in {code, *names.get(code, ())}
    assert len(push.taken(token)) == 1 + taken


def test_nobody_at_the_other_end_means_nothing_left(push, settings):
    user = person()
    registered(user, android())
    settings.FCM_URL = "http://127.0.0.1:9"

    with pytest.raises(Unavailable) as away:
        pushed(user)
    assert away.value.code == "push_unreachable"


@pytest.mark.parametrize(("name", "code"), [("FCM_CREDENTIALS", "fcm_credentials"), ("APNS_KEY", "apns_key")])
def test_a_missing_key_is_for_the_operator_and_loses_nothing(push, settings, tmp_path, name, code):
    user = person()
    service = "fcm" if name.startswith("FCM") else "apns"
    registered(user, TOKENS[service](), service=service)
    setattr(settings, name, str(tmp_path / "nothing"))

    with pytest.raises(Unavailable) as missing:
        pushed(user)
    assert missing.value.code == code


def test_a_service_that_is_switched_off_reaches_nobody(settings):
    user = person()
    registered(user, android())

    assert not channels["push"].reaches(user)
    assert [one.channel for one in Dispatch.objects.filter(message=told(user))] == ["email"]


class TestAppleIsStrict:
    def ask(self, push, *, token=None, body=None, **headers):
        said = {
            "authorization": f"bearer {apns._provider_token()}", "apns-topic": "example.consular",
            "apns-push-type": "alert", "apns-id": str(uuid.uuid4()),
        }  # fmt: skip
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = wire.post(
            f"{push.tls_url}/3/device/{token or iphone()}", headers=said, body=body or {"aps": {"alert": "b"}}
        )
        assert answer.http_version == "HTTP/2"
        return answer.json()["reason"] if answer.content else answer.status_code

    def test_one_flipped_bit_of_the_signature_is_refused(self, push):
        good = apns._provider_token()
        at = len(good) - 20
        flipped = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :]

        assert self.ask(push) == 200
        assert self.ask(push, authorization=f"bearer {flipped}") == "InvalidProviderToken"

    def test_a_provider_token_is_good_for_an_hour(self, push, monkeypatch, settings):
        early = time.time() - 3700
        with monkeypatch.context() as patch:
            patch.setattr(apns.time, "time", lambda: early)
            old = apns._provider_token()

        assert self.ask(push, authorization=f"bearer {old}") == "ExpiredProviderToken"

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"apns_topic": "other.app"}, "DeviceTokenNotForTopic"),
            ({"apns_id": "1"}, "BadMessageId"),
            ({"apns_push_type": "loud"}, "InvalidPushType"),
            ({"apns_priority": "9"}, "BadPriority"),
            ({"apns_collapse_id": "x" * 65}, "BadCollapseId"),
            ({"apns_expiration": "soon"}, "BadExpirationDate"),
            ({"authorization": "none"}, "MissingProviderToken"),
            ({"body": {"aps": {}}}, "PayloadEmpty"),
            ({"body": {"aps": {"alert": "x" * 5000}}}, "PayloadTooLarge"),
            ({"token": "zz"}, "BadDeviceToken"),
        ],
    )
    def test_whatever_is_wrong_is_named(self, push, change, reason):
        assert self.ask(push, **change) == reason

    def test_without_http_2_there_is_no_conversation(self, push):
        with httpx.Client(verify=ssl.create_default_context(cafile=push.env["PUSH_CA"])) as plain:
            assert plain.post(f"{push.tls_url}/3/device/{iphone()}").status_code == 505


@pytest.mark.parametrize(
    "message",
    [
        {"token": "x" * 30, "surprise": 1},
        {"token": "x" * 30, "data": {"number": 1}},
        {"token": "x" * 30, "data": {"from": "a"}},
        {"token": "x" * 30, "android": {"ttl": "1h"}},
        {"token": "short"},
        {},
    ],
)
def test_google_refuses_what_it_does_not_know(push, message):
    user, token = person(), android()
    registered(user, token)
    pushed(user)
    account = fcm
    bearer = account._bearer(account._account(push.env["FCM_CREDENTIALS"]))

    answer = httpx.post(
        f"{push.url}/v1/projects/consular-sandbox/messages:send", headers={"authorization": f"Bearer {bearer}"},
        json={"message": message},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_google_lets_nobody_in_without_an_access_token(push):
    answer = httpx.post(f"{push.url}/v1/projects/consular-sandbox/messages:send", json={"message": {}})
    assert answer.status_code == 401


def test_a_device_row_is_what_a_token_hangs_on(push):
    user = person()
    registered(user, android())
    device_of(user, name="second")

    assert PushToken.objects.of(user).live().count() == 1
