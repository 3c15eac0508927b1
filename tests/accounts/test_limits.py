from datetime import timedelta

import pytest
from django.db.models import F
from redis import Redis

from apps.accounts import addresses, services
from apps.accounts.models import Challenge, Tally
from apps.accounts.services import limits
from apps.accounts.services.challenges import code_of, compare
from apps.kernel.errors import TooMany, Unmet
from tests.accounts.factories import AT, Phone, make_challenge, wrong_code

pytestmark = pytest.mark.django_db


def send(to="li.na@example.com", caller="192.0.2.1"):
    services.challenge(address=addresses.read(to), caller=caller, language="en", at=AT)


def pass_time(**span):
    """Time that passes for limits: their clock is the database's."""
    Tally.objects.update(since=F("since") - timedelta(**span))


def test_one_code_a_minute():
    send()
    with pytest.raises(TooMany) as refused:
        send()
    assert 55 <= refused.value.retry_after <= 60

    pass_time(seconds=61)
    send()
    assert Challenge.objects.count() == 2


def test_five_codes_an_hour_and_ten_a_day():
    sent = []
    for minute in range(0, 36 * 60, 10):
        try:
            send()
            sent.append(minute)
        except TooMany:
            pass
        pass_time(minutes=10)
    assert len([minute for minute in sent if minute < 60]) == 5
    assert len([minute for minute in sent if minute < 24 * 60]) == 10
    assert len(sent) > 10, "the next day there are codes again"


def test_a_refused_request_uses_up_nothing():
    send()
    for _ in range(9):
        with pytest.raises(TooMany):
            send()
    assert set(Tally.objects.values_list("count", flat=True)) == {1}


def test_one_network_address_cannot_ask_for_a_whole_town():
    for number in range(20):
        send(f"person{number}@example.com")
    with pytest.raises(TooMany):
        send("one-more@example.com")
    send("one-more@example.com", caller="192.0.2.2")


def test_what_text_messages_can_cost_is_capped_for_the_whole_installation(monkeypatch):
    monkeypatch.setattr(limits, "TEXT_MESSAGES", (limits.Limit(3, timedelta(days=1)),))
    for number in range(3):
        send(f"+3361234567{number}", caller=f"192.0.2.{number}")
    with pytest.raises(TooMany):
        send("+33612345679", caller="192.0.2.9")
    send("someone@example.com", caller="192.0.2.9")


def test_one_country_does_not_use_up_the_text_messages_of_all_others(monkeypatch):
    monkeypatch.setattr(limits, "TEXT_MESSAGES_TO_A_COUNTRY", (limits.Limit(3, timedelta(days=1)),))
    for number in range(3):
        send(f"+3361234567{number}", caller=f"192.0.2.{number}")
    with pytest.raises(TooMany):
        send("+33612345679", caller="192.0.2.9")
    send("+8613812345678", caller="192.0.2.10")


def test_half_way_to_the_days_cost_an_operator_is_warned_once(monkeypatch, caplog):
    monkeypatch.setattr(limits, "TEXT_MESSAGES", (limits.Limit(4, timedelta(days=1)),))
    for number in range(4):
        send(f"+3361234567{number}", caller=f"192.0.2.{number}")
    warnings = [record for record in caplog.records if "half_of_todays_text_messages" in record.getMessage()]
    assert [record.sent for record in warnings] == [2]


@pytest.mark.django_db(transaction=True)
def test_flushing_the_broker_gives_nobody_another_try(settings):
    asked = make_challenge("someone.else@example.com")
    for _ in range(5):
        with pytest.raises(Unmet):
            compare(pk=asked.pk, code=wrong_code(asked))
    send()
    broker = Redis.from_url(settings.CELERY_BROKER_URL)
    broker.set("sign", "1")
    broker.flushdb()
    assert broker.get("sign") is None
    broker.close()

    with pytest.raises(TooMany):
        send()
    with pytest.raises(Unmet) as refused:
        compare(pk=asked.pk, code=code_of(asked))
    assert refused.value.code == "challenge_exhausted"


def test_limits_are_rows_that_name_nobody():
    send()
    keys = " ".join(Tally.objects.values_list("key", flat=True))
    assert Tally.objects.count() == 5
    assert "li.na" not in keys
    assert "192.0.2.1" not in keys


def test_the_phone_is_told_how_long_to_wait():
    phone = Phone()
    assert phone.post("auth/challenges", {"to": "li.na@example.com"}).status_code == 202
    refused = phone.post("auth/challenges", {"to": " LI.NA@example.com"})

    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many_requests"
    assert int(refused["Retry-After"]) == refused.json()["retry_after"] <= 60


@pytest.mark.parametrize(
    ("remote", "forwarded", "secure", "counted"),
    [
        ("192.0.2.7", "", False, "192.0.2.7"),
        ("192.0.2.7", "203.0.113.9", False, "192.0.2.7"),
        ("10.0.0.1", "203.0.113.9", True, "203.0.113.9"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.9", True, "203.0.113.9"),
        ("10.0.0.1", "", True, "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", False, "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "", False, "192.0.2.7"),
        ("", "", False, "unknown"),
        ("10.0.0.1", "not an address", True, "unknown"),
    ],
)
def test_the_caller_is_whom_the_proxy_saw(remote, forwarded, secure, counted, settings, monkeypatch):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if secure else None
    seen = []
    monkeypatch.setattr(limits, "count", lambda *, what, who, limits: seen.append((what, who)))
    more = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    answer = Phone().post("auth/challenges", {"to": "a@example.com"}, REMOTE_ADDR=remote, **more)

    assert answer.status_code == 202
    assert ("code_from", counted) in seen


def test_old_counts_and_codes_are_forgotten():
    send()
    assert services.forget(at=AT + timedelta(days=1)) == 0
    pass_time(days=3)
    Tally.objects.update(since=AT)

    assert services.forget(at=AT + timedelta(days=3)) == 6
    assert not Tally.objects.exists()
    assert not Challenge.objects.exists()
