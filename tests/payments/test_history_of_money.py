"""Anything may happen to a payment, in any order: after every step the invariants of payments.md 6 hold.

A failure is printed as the steps that led to it. The same steps are taken each time; ``--hypothesis-seed=N`` takes others.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from apps.kernel.errors import DomainError, Unauthenticated
from apps.ledger.models import Entry
from apps.payments import reactions, services
from apps.payments.models import Payment, PaymentEvent, Receipt, Refund, RefundEvent
from apps.payments.providers import base
from apps.payments.statuses import DEAD, Cause, RefundStatus, Status
from apps.payments.workflow import REFUNDS, WORKFLOW
from tests.payments.factories import (
    AT,
    Scripted,
    given_back,
    make_payer,
    make_priced_post,
    make_quote,
    run_outbox,
)
from tests.payments.test_refunds import officer

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

TAMPERED = st.sampled_from(
    [{"amount_minor": 1}, {"currency": "USD"}, {"merchant_id": "thief"}, {"app_id": "thief"}, {"reference": "nobody0"}]
)

RARELY, OFTEN = st.sampled_from([False, False, False, True]), st.sampled_from([True, True, True, False])
GIVES = st.sampled_from([RefundStatus.SUCCEEDED, RefundStatus.ACCEPTED, RefundStatus.CLOSED])


class Money(RuleBasedStateMachine):
    """A few orders at two companies, two officers, a clock, and whatever can go wrong on the way."""

    payments = Bundle("payments")
    notices = Bundle("notices")

    def __init__(self):
        super().__init__()
        self.around = transaction.atomic()
        self.around.__enter__()
        self.post, self.payer = make_priced_post(), make_payer()
        self.clerk = officer("clerk", "request_refund")
        self.head = officer("head", "request_refund", "approve_refund")
        self.company = Scripted()
        self.usual = dict(base.providers._items)
        base.providers._items |= {"scripted": self.company, "other": self.company}
        self.at = AT
        self.usual_now, reactions.now = reactions.now, lambda: self.at

    def teardown(self):
        try:
            self.quiet()
            self.everything_is_explained()
        finally:
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)
            reactions.now = self.usual_now
            base.providers._items = self.usual

    # what people do

    @initialize(target=payments)
    def a_day_begins(self):
        """One thing is paid, one can be paid, one was given up."""
        made = [self.opened(f"thing:{thing}", "scripted") for thing in (1, 2, 3)]
        run_outbox()
        self.company.pay(made[0])
        self.hear(self.company.orders[made[0].reference])
        services.abandon(payable=made[2].payable, at=self.at)
        run_outbox()
        return multiple(*(payment.pk for payment in made))

    @rule(target=payments, thing=st.integers(1, 3), provider=st.sampled_from(["scripted", "other"]), idle=RARELY)
    def opens(self, thing, provider, idle):
        try:
            payment = self.opened(f"thing:{thing}", provider)
        except DomainError:
            return multiple()
        self.work(idle)
        return payment.pk

    @rule(target=notices, pk=payments, is_told=st.booleans())
    def pays(self, pk, is_told):
        """At the company, whatever we think of it: a close of ours may come too late."""
        payment = Payment.objects.get(pk=pk)
        known = self.company.orders.get(payment.reference)
        if known is None or known.status is Status.CAPTURED:
            return multiple()
        self.company.pay(payment)
        if is_told:
            self.hear(self.company.orders[payment.reference])
        return self.company.orders[payment.reference]

    @rule(thing=st.integers(1, 3), idle=RARELY)
    def changes_their_mind(self, thing, idle):
        services.abandon(payable=f"thing:{thing}", at=self.at)
        self.work(idle)

    @rule(pk=payments, amount=st.sampled_from([1, 600, 1600]), approves=OFTEN, idle=RARELY, gives=GIVES)
    def wants_money_back(self, pk, amount, approves, idle, gives):
        payment = Payment.objects.get(pk=pk)
        asked = {"amount_minor": amount, "available_minor": payment.refundable_minor, "reason": "mistake", "note": ""}
        try:
            refund = services.request_refund(payment=payment, officer=self.clerk, at=self.at, **asked)
            act = services.approve_refund if approves else services.reject_refund
            act(refund=refund, officer=self.head, at=self.at)
        except DomainError:
            return
        self.company.gives = gives
        self.work(idle)

    @rule(pk=payments)
    def is_of_no_use_any_more(self, pk):
        try:
            services.mark_unusable(payment=Payment.objects.get(pk=pk), at=self.at)
        except DomainError:
            return

    # what companies do

    @rule(notice=notices)
    def tells(self, notice):
        """Again and again, and in any order."""
        self.hear(notice)

    @rule(notice=consumes(notices))
    def forgets_to_tell(self, notice):
        """Only asking or a bill will tell."""

    @rule(notice=notices, wrong=TAMPERED)
    def tells_something_else(self, notice, wrong):
        before = self.picture()
        self.hear(replace(notice, **wrong))
        assert self.picture() == before

    @rule(body=st.binary(max_size=20))
    def somebody_else_tells(self, body):
        before = self.picture()
        merchant = Payment.objects.first()
        if merchant is not None:
            with pytest.raises(Unauthenticated):
                services.receive(merchant=merchant.merchant, headers={"signature": "bad"}, body=body, at=self.at)
        assert self.picture() == before

    @rule(notice=notices)
    def tells_and_we_die(self, notice):
        before = self.picture()
        with transaction.atomic():
            self.hear(notice)
            transaction.set_rollback(True)
        assert self.picture() == before

    @rule(pk=payments, amount=st.integers(1, 1700))
    def gives_back_by_itself(self, pk, amount):
        payment = Payment.objects.get(pk=pk)
        told = self.company.orders.get(payment.reference)
        back = sum(one.amount_minor for one in self.company.given(payment.reference))
        if told is None or told.status is not Status.CAPTURED or back + amount > payment.amount_minor:
            return
        if payment.status != Status.CAPTURED or payment.refunding_minor:
            return  # both sides giving back at once ends with a person, who is not played here
        stub = Refund(
            payment=payment, number=f"console{len(self.company.refunds)}", amount_minor=amount, currency="EUR"
        )
        self.company.refunds[stub.number] = given_back(stub)
        self.hear(self.company.refunds[stub.number])

    @rule(silent=RARELY)
    def is_away(self, silent):
        self.company.silent = silent

    # what the clock does

    @rule(minutes=st.sampled_from([1, 20, 45, 24 * 60]))
    def time_passes(self, minutes):
        self.at += timedelta(minutes=minutes)

    @rule()
    def workers_work(self):
        run_outbox(again=True)

    @rule()
    def the_sweep_comes(self):
        services.poll(at=self.at)
        services.poll_refunds(at=self.at)

    # what always holds

    @invariant()
    def one_payment_at_most_pays_for_a_thing(self):
        paying = list(
            Payment.objects.filter(status=Status.CAPTURED, is_surplus=False).values_list("payable", flat=True)
        )
        assert len(paying) == len(set(paying))

    @invariant()
    def every_step_is_one_of_the_table(self):
        for history, table in ((PaymentEvent, WORKFLOW), (RefundEvent, REFUNDS)):
            legal = {(source, row.target) for row in table.rows for source in row.sources}
            steps = history.objects.exclude(source="").values_list("source", "target")
            assert {(source, target) for source, target in steps} <= legal

    @invariant()
    def what_came_is_what_the_books_say(self):
        came = total(Payment.objects.filter(status=Status.CAPTURED), "amount_minor")
        gone = total(Refund.objects.filter(status=RefundStatus.SUCCEEDED), "amount_minor")
        assert booked("clearing:") == came - gone
        assert booked("refund_in_transit") == -total(Payment.objects.all(), "refunding_minor")
        assert booked("") == 0

    @invariant()
    def what_is_promised_and_given_is_what_refunds_say(self):
        for payment in Payment.objects.all():
            refunds = payment.refunds.exclude(status=RefundStatus.REQUESTED).exclude(status__in=DEAD)
            given = total(refunds.filter(status=RefundStatus.SUCCEEDED), "amount_minor")
            assert payment.refunded_minor == given
            assert payment.refunding_minor == total(refunds, "amount_minor") - given
            assert payment.refunding_minor + payment.refunded_minor <= payment.amount_minor

    @invariant()
    def receipts_have_no_gap(self):
        numbers = sorted(Receipt.objects.values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def we_never_say_paid_when_the_company_does_not(self):
        for payment in Payment.objects.filter(status=Status.CAPTURED):
            assert self.company.orders[payment.reference].status is Status.CAPTURED

    # the end

    def quiet(self):
        """The company is back, and everybody asks until nobody has a question."""
        self.company.silent, self.company.gives = False, RefundStatus.SUCCEEDED
        for number, said in self.company.refunds.items():
            if said.status is RefundStatus.ACCEPTED:
                self.company.refunds[number] = replace(said, status=RefundStatus.SUCCEEDED)
        for _ in range(4):
            self.at += timedelta(days=2)
            Payment.objects.exclude(ask_at=None).update(ask_at=self.at)
            run_outbox(again=True)
            services.poll(at=self.at)
            services.poll_refunds(at=self.at)

    def everything_is_explained(self):
        """With the company's bill, what it has is ours, what we have is the company's, and nothing is on its way."""
        for payment in Payment.objects.all():
            theirs = self.company.orders.get(payment.reference)
            paid = [theirs] if theirs is not None and theirs.status is Status.CAPTURED else []
            for said in [*paid, *self.company.given(payment.reference)]:
                services.apply(merchant=payment.merchant, said=said, at=self.at, cause=Cause.BILL)
        run_outbox(again=True)
        for payment in Payment.objects.all():
            theirs = self.company.orders.get(payment.reference)
            paid = theirs is not None and theirs.status is Status.CAPTURED
            assert (payment.status == Status.CAPTURED) is paid
            assert payment.status in {Status.CAPTURED, Status.CLOSED}
            assert payment.refunding_minor == 0
            given = sum(one.amount_minor for one in self.company.given(payment.reference))
            assert payment.refunded_minor == given
            refused = payment.refunds.filter(status=RefundStatus.CLOSED).exists()
            assert not payment.is_surplus or refused or payment.refunded_minor == payment.amount_minor
        surplus = Payment.objects.filter(is_surplus=True)
        assert booked("surplus_payable") == total(surplus, "refunded_minor") - total(surplus, "amount_minor")

    def opened(self, payable, provider):
        quote = make_quote(payable, post=self.post, at=self.at)
        return services.open_payment(quote=quote, provider=provider, user=self.payer, at=self.at)

    def work(self, idle):
        if not idle:
            run_outbox()

    def hear(self, said):
        for payment in Payment.objects.filter(reference=said.reference) or [None]:
            merchant = payment.merchant if payment else Payment.objects.first().merchant
            services.apply(merchant=merchant, said=said, at=self.at, cause=Cause.NOTICE)

    def picture(self):
        return (
            list(
                Payment.objects.order_by("pk").values_list("status", "refunding_minor", "refunded_minor", "is_surplus")
            ),
            list(Refund.objects.order_by("pk").values_list("status", "amount_minor")),
            Entry.objects.count(),
        )


def total(rows, field: str) -> int:
    return rows.aggregate(sum=Sum(field))["sum"] or 0


def booked(code: str) -> int:
    return total(Entry.objects.filter(account__code__startswith=code), "amount_minor")


def test_whatever_happens_every_cent_is_where_the_books_say(pytestconfig):
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=30,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=pytestconfig.getoption("--hypothesis-seed") is None,
            phases=[Phase.generate],
        ),
    )
