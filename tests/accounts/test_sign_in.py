"""From an address to a token, as a phone does it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts import addresses
from apps.accounts.models import Challenge, Device, Tally, User
from apps.accounts.services import challenges
from apps.audit.models import Entry
from apps.outbox.models import Delivery
from tests.accounts.factories import Phone, faults, make_challenge, make_user, wrong_code

pytestmark = pytest.mark.django_db


def ask(to, **more):
    return Phone().post("auth/challenges", {"to": to, **more})


def exchange(challenge, code, name="Pixel 9"):
    return Phone().post("auth/tokens", {"challenge": str(challenge), "code": code, "device_name": name})


def code_for(pk):
    return challenges.code_of(Challenge.objects.get(pk=pk))


@pytest.mark.parametrize(
    ("to", "field", "kept"),
    [("Li.Na@Example.com", "email", "li.na@example.com"), ("+33 6 12 34 56 78", "phone", "+33612345678")],
)
def test_a_code_opens_an_account_and_then_the_same_one_again(to, field, kept):
    first = ask(to)
    assert first.status_code == 202
    assert exchange(first.json()["challenge"], code_for(first.json()["challenge"])).status_code == 201

    Tally.objects.all().delete()
    again = ask(to)
    answer = exchange(again.json()["challenge"], code_for(again.json()["challenge"])).json()

    assert (answer["is_trusted"], answer["ways_out"]) == (False, ["trusted_device", "waiting", "counter"])
    assert answer["user"][field] == addresses.mask(kept), "a second device waits, and reads nothing meanwhile"
    assert [str(user.pk) for user in User.objects.filter(**{field: kept})] == [answer["user"]["id"]]


def test_the_answer_says_when_the_code_expires_and_when_to_ask_again():
    answer = ask("li.na@example.com").json()
    asked = Challenge.objects.get(pk=answer["challenge"])

    assert answer["channel"] == "email"
    assert answer["resend_after"] == 60
    assert asked.expires_at - asked.created_at == timedelta(minutes=10)


def test_the_token_works_and_is_not_stored():
    asked = make_challenge()
    answer = exchange(asked.pk, challenges.code_of(asked)).json()
    phone = Phone()
    phone.use(answer["token"])

    assert re.fullmatch(r"cc_[\w-]{43}", answer["token"])
    assert phone.get("me").json()["email"] == "li.na@example.com"
    assert answer["token"] not in str(Device.objects.values())


def test_a_new_account_speaks_the_language_it_was_asked_in():
    asked = ask("li.na@example.com", language="zh-hans").json()
    answer = exchange(asked["challenge"], code_for(asked["challenge"])).json()
    assert answer["user"]["language"] == "zh-hans"


def test_known_and_unknown_addresses_get_the_same_answer():
    make_user(email="known@example.com")
    known, unknown = ask("known@example.com"), ask("nobody@example.com")
    hidden = {"challenge": "", "expires_at": ""}

    assert known.status_code == unknown.status_code == 202
    assert known.json() | hidden == unknown.json() | hidden
    assert len(known.content) == len(unknown.content)


def test_asking_for_a_code_does_not_look_at_accounts(django_assert_num_queries):
    make_user(email="known@example.com")
    counts = []
    for to in ("known@example.com", "nobody@example.com"):
        with django_assert_num_queries(14, exact=False) as queries:
            ask(to)
        assert "accounts_user" not in str(queries.captured_queries)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_wrong_code_says_how_many_attempts_are_left_and_the_fifth_ends_it():
    asked = make_challenge()
    told = []
    for _attempt in range(6):
        answer = exchange(asked.pk, wrong_code(asked))
        assert answer.status_code == 422
        told.append((answer.json()["code"], faults(answer).get("/code")))

    assert told == [
        *[("wrong_code", f"attempts_left_{left}") for left in (4, 3, 2, 1)],
        *[("challenge_exhausted", None)] * 2,
    ]
    assert exchange(asked.pk, challenges.code_of(asked)).json()["code"] == "challenge_exhausted"
    assert not User.objects.exists()


def test_a_code_works_once():
    asked = make_challenge()
    code = challenges.code_of(asked)
    assert exchange(asked.pk, code).status_code == 201
    assert exchange(asked.pk, code).json()["code"] == "challenge_expired"
    assert Device.objects.count() == 1


def test_a_code_lives_ten_minutes():
    at = timezone.now()
    fresh = make_challenge("a@example.com", at=at - timedelta(minutes=9))
    stale = make_challenge("b@example.com", at=at - timedelta(minutes=11))
    assert exchange(stale.pk, challenges.code_of(stale)).json()["code"] == "challenge_expired"
    assert exchange(fresh.pk, challenges.code_of(fresh)).status_code == 201


def test_an_unknown_challenge_looks_like_an_expired_one():
    answer = exchange("00000000-0000-4000-8000-000000000000", "123456")
    assert (answer.status_code, answer.json()["code"]) == (422, "challenge_expired")


def test_a_closed_account_stays_closed():
    make_user(email="li.na@example.com", is_active=False)
    asked = make_challenge()
    answer = exchange(asked.pk, challenges.code_of(asked))
    assert (answer.status_code, answer.json()["code"]) == (403, "account_closed")
    assert not Device.objects.exists()


def test_an_officer_does_not_get_in_by_code():
    make_user(email="officer@example.com", username="officer", is_staff=True)
    asked = make_challenge("officer@example.com")
    assert exchange(asked.pk, challenges.code_of(asked)).json()["code"] == "account_closed"


@pytest.mark.parametrize("to", ["anyone@sandbox.example", "+1 202 555 0142"])
def test_in_the_sandbox_documented_addresses_have_a_known_code_and_no_limits(to):
    asked = [ask(to) for _ in range(12)]
    assert {answer.status_code for answer in asked} == {202}
    assert exchange(asked[-1].json()["challenge"], "000000").status_code == 201


@pytest.mark.parametrize("to", ["anyone@sandbox.example", "someone@example.com"])
def test_in_production_no_address_has_a_known_code(to, settings):
    settings.SANDBOX = False
    codes = set()
    for _ in range(3):
        answer = ask(to)
        codes.add(code_for(answer.json()["challenge"]))
        assert exchange(answer.json()["challenge"], "000000").json()["code"] == "wrong_code"
        Tally.objects.all().delete()
    assert len(codes) > 1


def test_an_ordinary_address_has_no_known_code_in_the_sandbox_either():
    asked = make_challenge()
    if challenges.code_of(asked) != "000000":
        assert exchange(asked.pk, "000000").json()["code"] == "wrong_code"


def test_without_a_provider_of_text_messages_a_phone_is_sent_to_its_e_mail(settings):
    settings.SANDBOX = False
    answer = ask("+33612345678")
    assert (answer.status_code, answer.json()["code"]) == (422, "sms_not_available")
    assert faults(answer) == {"/to": "sms_not_available"}
    assert "e-mail" in answer.json()["detail"]
    assert not Challenge.objects.exists()


def test_two_challenges_have_two_codes():
    codes = {challenges.code_of(make_challenge(f"p{number}@example.com")) for number in range(20)}
    assert len(codes) > 15
    assert all(re.fullmatch(r"[0-9]{6}", code) for code in codes)


def test_the_code_hangs_on_the_secret_key(settings):
    asked = make_challenge()
    before = challenges.code_of(asked)
    settings.SECRET_KEY = "another-" * 8
    assert challenges.code_of(asked) != before


def test_signing_in_and_out_is_audited():
    asked = make_challenge()
    token = exchange(asked.pk, challenges.code_of(asked)).json()["token"]
    phone = Phone()
    phone.use(token)
    phone.delete("auth/tokens/current")

    user, device = User.objects.get(), Device.objects.get()
    entries = Entry.objects.about(f"account:{user.pk}").order_by("id")
    assert [(entry.action, entry.detail) for entry in entries] == [
        ("signed_in", {"device": str(device.pk)}),
        ("signed_out", {"device": str(device.pk)}),
    ]


def test_a_new_device_is_an_event_that_knows_whether_it_is_the_first(monkeypatch):
    events = []
    monkeypatch.setattr("apps.accounts.services.sessions.publish", events.append)
    for _ in range(2):
        asked = make_challenge()
        exchange(asked.pk, challenges.code_of(asked))
        Tally.objects.all().delete()

    user = str(User.objects.get().pk)
    assert [(event.user, event.is_first) for event in events] == [(user, True), (user, False)]


def test_nothing_in_the_outbox_tells_the_code_or_the_address():
    asked = make_challenge()
    body = str(list(Delivery.objects.values()))
    assert str(asked.pk) in body
    assert challenges.code_of(asked) not in body
    assert asked.address not in body
    assert str(asked.seed) not in body
