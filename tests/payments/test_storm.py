"""Everything at once, with crashes, on real PostgreSQL: payments.md 8."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.kernel.errors import Conflict
from apps.ledger.reports import balances, trial_balance
from apps.ledger.services import verify
from apps.payments import services
from apps.payments.models import Payment, Receipt, Refund
from apps.payments.statuses import RefundStatus, Status
from tests.payments.factories import AT, captured, make_payer, make_payment, make_priced_post, make_quote, run_outbox
from tests.payments.merchants import make_merchant
from tests.payments.test_refunds import officer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]

ORDERS, CALLBACKS, THREADS = 30, 12, 24


class Crash(Exception):
    """The process dies before its commit."""


def at_once(acts):
    """Every act in a thread of its own, twenty-four at a time; what they raised, by its kind."""

    def run(act):
        try:
            act()
        except (Crash, Conflict, DatabaseError) as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(run, acts))


def test_thirty_orders_paid_twice_and_told_twelve_times_are_thirty_paid_and_thirty_given_back(scripted, settings):
    settings.REFUNDS_BY_RULE_AN_HOUR = ORDERS
    post, chance = make_priced_post(), random.Random(20_26)
    payments = []
    for number in range(ORDERS):
        quote, payer = make_quote(f"thing:{number}", post=post), make_payer()
        payments += [make_payment(quote, payer=payer, provider=provider) for provider in ("scripted", "other")]
    for payment in payments:
        scripted.pay(payment)

    def callback(payment):
        def tell():
            with transaction.atomic():
                services.settle(merchant=payment.merchant, notice=captured(payment), at=AT)
                if chance.random() < 0.15:
                    raise Crash

        return tell

    tellings = [callback(payment) for payment in payments for _ in range(CALLBACKS)]
    chance.shuffle(tellings)
    outcome = at_once(tellings)
    at_once([callback(payment) for payment in payments])
    for payment in payments:
        services.settle(merchant=payment.merchant, notice=captured(payment), at=AT)
    run_outbox()
    services.poll_refunds(at=AT + timedelta(days=1))

    assert outcome["Crash"] > ORDERS
    assert Payment.objects.filter(status=Status.CAPTURED, is_surplus=False).count() == ORDERS
    assert Payment.objects.filter(status=Status.CAPTURED, is_surplus=True).count() == ORDERS
    given_back = Refund.objects.filter(status=RefundStatus.SUCCEEDED)
    assert (given_back.count(), Refund.objects.count()) == (ORDERS, ORDERS)
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, ORDERS + 1))
    assert trial_balance(post=post) == {"EUR": 0}
    books = balances(post=post, currency="EUR")
    assert books["fee_income:base"] == -1600 * ORDERS
    assert books["clearing:scripted"] + books["clearing:other"] == 1600 * ORDERS
    assert (books["surplus_payable"], books["refund_in_transit"]) == (0, 0)
    assert verify() == []


def test_sixty_racing_refunds_never_give_back_more_than_came(scripted):
    make_merchant()
    clerk, head = officer("clerk", "request_refund"), officer("head", "approve_refund")
    post = make_priced_post(amount_minor=12_000)
    payment = make_payment(make_quote(post=post))
    services.settle(merchant=payment.merchant, notice=captured(payment), at=AT)
    asked = {"amount_minor": 5000, "available_minor": 12_000, "reason": "mistake", "note": ""}
    wanted = [services.request_refund(payment=payment, officer=clerk, at=AT, **asked) for _ in range(60)]

    outcome = at_once([lambda one=one: services.approve_refund(refund=one, officer=head, at=AT) for one in wanted])
    run_outbox()

    assert outcome == {"done": 2, "Conflict": 58}
    payment.refresh_from_db()
    assert (payment.refunding_minor, payment.refunded_minor) == (0, 10_000)
    assert balances(post=post, currency="EUR")["clearing:scripted"] == 2000


def test_sixty_refunds_begun_at_the_company_never_become_more_than_came(scripted):
    payment = make_payment(make_quote(post=make_priced_post(amount_minor=12_000)))
    services.settle(merchant=payment.merchant, notice=captured(payment), at=AT)

    def adopt(number):
        with transaction.atomic():
            locked = Payment.objects.select_for_update().get(pk=payment.pk)
            services.refunds.adopt(payment=locked, number=number, amount_minor=5000, reason="console", at=AT)

    outcome = at_once([lambda number=f"console-{turn}": adopt(number) for turn in range(60)])

    assert outcome == {"done": 2, "IntegrityError": 58}
    payment.refresh_from_db()
    assert payment.refunding_minor == 10_000
