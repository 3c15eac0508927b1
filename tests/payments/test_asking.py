from datetime import timedelta

import pytest
from django.db import connection

from apps.kernel.errors import Conflict
from apps.payments import services, tasks
from apps.payments.models import Payment
from apps.payments.providers import base
from apps.payments.statuses import Cause, Status
from tests.payments.factories import AT, closed, make_payer, make_payment, make_quote, path, run_outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(scripted) -> Payment:
    payment = make_payment()
    run_outbox()
    payment.refresh_from_db()
    return payment


def asked(scripted) -> int:
    return [name for name, _ in scripted.calls].count("ask")


def test_a_lost_notice_is_found_by_asking(scripted, waiting):
    scripted.pay(waiting)

    assert services.poll(at=AT + timedelta(seconds=14)) == 0
    assert services.poll(at=AT + timedelta(seconds=15)) == 1

    waiting.refresh_from_db()
    assert waiting.status == Status.CAPTURED
    assert waiting.history.last().cause == Cause.QUERY
    assert services.poll(at=AT + timedelta(days=1)) == 0


def test_the_questions_become_rare_and_never_stop_while_the_end_is_unknown(scripted, waiting):
    scripted.closes = False
    at, times = AT, []
    while len(times) < 16:
        at = Payment.objects.get(pk=waiting.pk).ask_at
        times.append(int((at - AT).total_seconds()))
        services.poll(at=at)

    assert times[:6] == [15, 30, 60, 120, 300, 600]
    assert times[6:9] == [1800, 1860, 1860 + 3600]
    assert times[-1] - times[-2] == 24 * 3600


def test_when_its_time_is_over_a_payment_is_given_up_and_the_provider_closes_it(scripted, waiting):
    over = waiting.expires_at + timedelta(minutes=1)

    services.poll(at=over - timedelta(seconds=1))
    waiting.refresh_from_db()
    assert waiting.status == Status.AWAITING_PAYER
    services.poll(at=over)
    waiting.refresh_from_db()
    assert waiting.status == Status.CLOSING
    assert waiting.history.last().cause == Cause.TIMER
    run_outbox()

    waiting.refresh_from_db()
    assert path(waiting) == ["created", "awaiting_payer", "closing", "closed"]
    assert scripted.calls[-3:] == [(name, waiting.reference) for name in ("ask", "close", "ask")]


def test_a_payment_made_just_before_the_end_is_not_closed(scripted, waiting):
    scripted.pay(waiting)
    services.expire(payment=waiting, at=waiting.expires_at + timedelta(minutes=1))
    run_outbox()

    waiting.refresh_from_db()
    assert path(waiting) == ["created", "awaiting_payer", "closing", "captured"]
    assert ("close", waiting.reference) not in scripted.calls


def test_a_payment_is_not_given_up_early_nor_twice(scripted, waiting):
    services.expire(payment=waiting, at=waiting.expires_at)
    waiting.refresh_from_db()
    assert waiting.status == Status.AWAITING_PAYER

    for _ in range(2):
        services.expire(payment=waiting, at=waiting.expires_at + timedelta(hours=1))
    assert path(waiting) == ["created", "awaiting_payer", "closing"]


def test_an_order_the_provider_never_had_is_closed_when_its_time_is_over(scripted):
    payment = make_payment()
    services.expire(payment=payment, at=payment.expires_at + timedelta(minutes=1))
    run_outbox()

    payment.refresh_from_db()
    assert path(payment) == ["created", "closing", "closed"]


def test_an_order_the_provider_does_not_know_yet_is_not_closed(scripted):
    payment = make_payment()
    services.poll(at=AT + timedelta(seconds=15))

    assert path(payment) == ["created"]


def test_a_closing_payment_that_the_provider_will_not_close_stays_watched(scripted, waiting):
    scripted.closes = False
    services.abandon(payable=waiting.payable, at=AT)
    run_outbox()

    waiting.refresh_from_db()
    assert (waiting.status, waiting.ask_at) != (Status.CLOSED, None)
    scripted.orders[waiting.reference] = closed(waiting)
    services.poll(at=waiting.ask_at)
    waiting.refresh_from_db()
    assert waiting.status == Status.CLOSED


def test_a_silent_provider_is_asked_once_a_round_and_nothing_fails(scripted, waiting):
    for _ in range(3):
        make_payment(make_quote(), payer=make_payer())
    scripted.silent = True

    taken = services.poll(at=AT + timedelta(minutes=1))

    assert taken == 1
    assert asked(scripted) == 1
    waiting.refresh_from_db()
    assert waiting.status == Status.AWAITING_PAYER


def test_a_provider_that_was_switched_off_stops_nobody_else(scripted, waiting, monkeypatch):
    other = make_payment(provider="other")
    scripted.pay(waiting)
    monkeypatch.delitem(base.providers._items, "other")

    services.poll(at=AT + timedelta(minutes=1))

    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.status, other.status) == (Status.CAPTURED, Status.CREATED)


def test_a_refusal_is_no_end(scripted, waiting, monkeypatch):
    def refuse(payment: Payment) -> None:
        raise Conflict

    monkeypatch.setattr(scripted, "ask", refuse)
    services.poll(at=AT + timedelta(minutes=1))

    waiting.refresh_from_db()
    assert waiting.status == Status.AWAITING_PAYER
    assert waiting.ask_at > AT + timedelta(minutes=1)


def test_a_wrong_answer_is_put_aside_and_asked_again_later(scripted, waiting):
    scripted.pay(waiting, amount_minor=1)
    services.poll(at=AT + timedelta(minutes=1))

    waiting.refresh_from_db()
    assert waiting.status == Status.AWAITING_PAYER
    assert waiting.ask_at is not None


def test_asking_changes_no_etag(scripted, waiting):
    services.poll(at=AT + timedelta(minutes=1))

    before = waiting.version
    waiting.refresh_from_db()
    assert waiting.version == before
    assert waiting.asked == 1


def test_a_round_has_a_limit(scripted):
    for _ in range(4):
        make_payment(make_quote(), payer=make_payer())

    assert services.poll(at=AT + timedelta(minutes=1), limit=3) == 3
    assert services.poll(at=AT + timedelta(minutes=1)) == 1


def test_beat_finds_the_task(scripted, waiting):
    scripted.pay(waiting)
    Payment.objects.update(ask_at=AT - timedelta(minutes=1))

    tasks.poll()

    waiting.refresh_from_db()
    assert tasks.poll.name == "payments.poll"
    assert waiting.status == Status.CAPTURED


def test_finding_what_to_ask_about_reads_an_index(scripted):
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        plan = Payment.objects.to_ask_about(at=AT).explain()
        cursor.execute("RESET enable_seqscan")

    assert "payments_to_ask_about" in plan
