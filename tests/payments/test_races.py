"""Real threads on real PostgreSQL: whoever comes first wins, once."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from apps.outbox.services import drain
from apps.payments import services
from apps.payments.models import InboundNotice, Payment, Refund
from apps.payments.statuses import Status
from tests.payments.factories import AT, captured, make_payer, make_payment, make_priced_post, make_quote, path, settle
from tests.payments.merchants import make_merchant

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run all of them, starting together; answers what each returned or raised, in order."""
    start, results = Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_same_notice_twenty_times_at_once_is_one_capture(scripted):
    payment = make_payment()
    scripted.pay(payment)

    def receive() -> None:
        body = payment.reference.encode()
        services.receive(merchant=make_merchant("scripted"), headers={"signature": "good"}, body=body, at=AT)

    assert at_once(*[receive] * 20) == [None] * 20
    at_once(*[lambda: drain(queue="default")] * 4)

    assert InboundNotice.objects.count() == 1
    assert path(payment) == ["created", "captured"]


def test_twenty_words_about_one_payment_at_once_are_one_capture(scripted):
    payment = make_payment()

    results = at_once(*[lambda: settle(payment, captured(payment)).status] * 20)

    assert results == [Status.CAPTURED] * 20
    assert path(payment) == ["created", "captured"]


def test_a_notice_and_an_answer_at_once_are_one_capture(scripted):
    for _ in range(5):
        payment = make_payment()
        scripted.pay(payment)

        results = at_once(
            lambda one=payment: settle(one, scripted.orders[one.reference]).status,
            lambda one=payment: services.poll(at=one.ask_at),
        )

        assert results[0] == Status.CAPTURED
        assert path(payment) == ["created", "captured"]


def test_two_payments_captured_at_once_are_one_payment_and_one_debt(scripted):
    for _ in range(5):
        quote = make_quote()
        first, second = make_payment(quote), make_payment(quote, provider="other")

        results = at_once(lambda a=first: settle(a), lambda b=second: settle(b))

        assert [type(result) for result in results] == [Payment, Payment]
        statuses = Payment.objects.filter(payable=quote.payable).values_list("status", "is_surplus")
        assert sorted(statuses) == [("captured", False), ("captured", True)]
        assert Refund.objects.filter(payment__payable=quote.payable).count() == 1


def test_many_presses_at_once_open_one_payment(scripted):
    quote, payer = make_quote(), make_payer()

    results = at_once(*[lambda: make_payment(quote, payer=payer).pk] * 10)

    assert len(set(results)) == 1
    assert Payment.objects.count() == 1


def test_many_payers_at_once_leave_one_live_payment(scripted):
    quote = make_quote()
    payers = [make_payer() for _ in range(8)]

    results = at_once(*[lambda payer=payer: make_payment(quote, payer=payer).pk for payer in payers])

    assert len(set(results)) == 8
    assert Payment.objects.live().count() == 1
    assert Payment.objects.filter(status=Status.CLOSING).count() == 7


def test_paying_and_giving_up_at_once_never_loses_the_money(scripted):
    for _ in range(5):
        payment = make_payment(make_quote(post=make_priced_post()))

        at_once(lambda one=payment: settle(one), lambda one=payment: services.abandon(payable=one.payable, at=AT))

        payment.refresh_from_db()
        assert payment.status == Status.CAPTURED
        assert path(payment)[-1] == "captured"


def test_a_poller_does_not_wait_for_who_is_settling(scripted):
    payment = make_payment()
    with transaction.atomic():
        Payment.objects.select_for_update().get(pk=payment.pk)
        [taken] = at_once(lambda: services.poll(at=payment.ask_at))

    assert (taken, scripted.calls) == (0, [])


def test_two_pollers_at_once_ask_once(scripted):
    payment = make_payment()

    taken = at_once(*[lambda: services.poll(at=payment.ask_at)] * 4)

    assert sum(taken) == 1
    assert [name for name, _ in scripted.calls] == ["ask"]
