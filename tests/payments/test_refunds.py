"""Money that goes back: wanted, approved by another, reserved, asked for under one number, until the company says."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from apps.accounts.models import User
from apps.kernel.errors import Conflict, Forbidden, IllegalMove, Invalid, Stale
from apps.ledger.reports import balances
from apps.payments import services
from apps.payments.models import Difference, Payment, Receipt, Refund
from apps.payments.statuses import Cause, RefundStatus, Status
from tests.payments.factories import (
    AT,
    captured,
    given_back,
    make_payment,
    make_priced_post,
    make_quote,
    path,
    run_outbox,
    settle,
)
from tests.payments.merchants import make_merchant

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


def officer(name: str, *rights: str) -> User:
    user = User.objects.create_user(username=name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def clerk() -> User:
    return officer("clerk", "request_refund")


@pytest.fixture
def head() -> User:
    return officer("head", "request_refund", "approve_refund")


@pytest.fixture
def paid(scripted) -> Payment:
    payment = settle(make_payment())
    scripted.pay(payment)
    return Payment.objects.get(pk=payment.pk)


def wanted(payment: Payment, clerk: User, amount_minor: int = 600, **other) -> Refund:
    asked = {"amount_minor": amount_minor, "available_minor": payment.refundable_minor, "reason": "mistake", "note": ""}
    return services.request_refund(payment=payment, officer=clerk, at=LATER, **asked | other)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def books(payment: Payment) -> dict[str, int]:
    return {code: minor for code, minor in balances(post=payment.quote.post, currency="EUR").items() if minor}


def test_a_partial_refund_takes_two_people_and_comes_back_to_the_payer(paid, clerk, head, scripted):
    refund = wanted(paid, clerk)
    services.approve_refund(refund=refund, officer=head, at=LATER)
    assert fresh(paid).refunding_minor == 600
    run_outbox()

    refund, paid = fresh(refund), fresh(paid)
    assert [step.target for step in refund.history.all()] == ["requested", "approved", "submitted", "succeeded"]
    assert (paid.refunding_minor, paid.refunded_minor, paid.refundable_minor) == (0, 600, 1000)
    assert refund.provider_txn
    assert refund.done_at
    assert books(paid) == {"clearing:scripted": 1000, "fee_income:base": -1000}
    assert [call for call in scripted.calls if call[0] == "refund"] == [("refund", paid.reference)]


@pytest.mark.django_db(transaction=True)
def test_no_company_is_asked_for_money_inside_a_transaction(scripted, clerk, head):
    payment = settle(make_payment())
    services.approve_refund(refund=wanted(payment, clerk), officer=head, at=LATER)
    run_outbox()

    assert ("refund", payment.reference) in scripted.calls
    assert scripted.inside_a_transaction == []


def test_while_it_is_on_its_way_it_is_a_named_liability(paid, clerk, head, scripted):
    scripted.gives = RefundStatus.ACCEPTED
    refund = wanted(paid, clerk)
    services.approve_refund(refund=refund, officer=head, at=LATER)
    run_outbox()

    assert fresh(refund).status == RefundStatus.ACCEPTED
    assert books(paid) == {"clearing:scripted": 1600, "fee_income:base": -1000, "refund_in_transit": -600}
    scripted.refunds[refund.number] = given_back(refund)
    services.poll_refunds(at=LATER + timedelta(minutes=20))
    assert fresh(refund).status == RefundStatus.SUCCEEDED


def test_nobody_approves_what_they_asked_for(paid, head):
    refund = wanted(paid, head)

    with pytest.raises(Forbidden):
        services.approve_refund(refund=refund, officer=head, at=LATER)
    assert fresh(refund).status == RefundStatus.REQUESTED


def test_up_to_what_a_post_lets_one_person_decide_one_is_enough(scripted, clerk):
    post = make_priced_post("ROM", refund_alone_minor=600)
    payment = settle(make_payment(make_quote(post=post)))
    small = wanted(payment, clerk)
    services.approve_refund(refund=small, officer=clerk, at=LATER)
    large = wanted(fresh(payment), clerk, 601)

    with pytest.raises(Forbidden):
        services.approve_refund(refund=large, officer=clerk, at=LATER)


def test_who_may_not_ask_is_refused(paid):
    with pytest.raises(Forbidden):
        wanted(paid, officer("guest"))


@pytest.mark.parametrize("amount", [0, -1, 1601])
def test_no_more_than_is_left_is_asked_for(paid, clerk, amount):
    with pytest.raises(Invalid):
        wanted(paid, clerk, amount)


def test_who_saw_another_amount_looks_again(paid, clerk):
    with pytest.raises(Stale):
        wanted(paid, clerk, available_minor=1599)


def test_two_requests_that_together_are_too_much_end_with_one(paid, clerk, head):
    first, second = wanted(paid, clerk, 1000), wanted(paid, clerk, 1000)
    services.approve_refund(refund=first, officer=head, at=LATER)

    with pytest.raises(Conflict) as refused:
        services.approve_refund(refund=second, officer=head, at=LATER)
    assert refused.value.code == "too_much"


def test_what_was_not_approved_reserves_and_moves_nothing(paid, clerk, head, scripted):
    refund = wanted(paid, clerk)
    services.reject_refund(refund=refund, officer=head, at=LATER)
    run_outbox()

    assert fresh(paid).refundable_minor == 1600
    assert "refund" not in {name for name, _reference in scripted.calls}
    with pytest.raises(IllegalMove):
        services.approve_refund(refund=refund, officer=head, at=LATER)


def test_a_lost_answer_is_asked_about_before_anything_is_sent_again(paid, clerk, head, scripted):
    scripted.silent = True
    refund = wanted(paid, clerk)
    services.approve_refund(refund=refund, officer=head, at=LATER)
    run_outbox()
    assert fresh(refund).status == RefundStatus.SUBMITTED
    scripted.silent = False
    scripted.refunds[refund.number] = given_back(refund)
    services.poll_refunds(at=LATER + timedelta(minutes=20))

    assert fresh(refund).status == RefundStatus.SUCCEEDED
    assert [name for name, _reference in scripted.calls][-1] == "ask_refund"


def test_what_the_balance_does_not_cover_is_asked_for_again_by_the_same_number(paid, clerk, head, scripted):
    scripted.balance = 0
    refund = wanted(paid, clerk)
    services.approve_refund(refund=refund, officer=head, at=LATER)
    run_outbox()
    assert (fresh(refund).status, fresh(refund).trouble) == (RefundStatus.SUBMITTED, "not_enough")
    scripted.balance = 10_000
    services.poll_refunds(at=LATER + timedelta(hours=2))

    assert (fresh(refund).status, fresh(refund).trouble) == (RefundStatus.SUCCEEDED, "")
    assert list(scripted.refunds) == [refund.number]


def test_a_payer_whose_account_takes_nothing_waits_for_a_person_who_transfers_it(paid, clerk, head, scripted):
    scripted.gives = RefundStatus.ABNORMAL
    refund = wanted(paid, clerk)
    services.approve_refund(refund=refund, officer=head, at=LATER)
    run_outbox()
    assert fresh(refund).status == RefundStatus.ABNORMAL
    assert books(paid)["refund_in_transit"] == -600
    services.transfer(refund=refund, officer=head, at=LATER)

    assert fresh(refund).status == RefundStatus.SUCCEEDED
    assert books(paid) == {"bank:PAR": -600, "clearing:scripted": 1600, "fee_income:base": -1000}
    assert fresh(paid).refunded_minor == 600


def test_a_refund_that_the_company_refuses_for_good_is_as_if_it_had_not_been_promised(paid, clerk, head, scripted):
    scripted.gives = RefundStatus.CLOSED
    refund = wanted(paid, clerk)
    services.approve_refund(refund=refund, officer=head, at=LATER)
    run_outbox()

    assert fresh(refund).status == RefundStatus.CLOSED
    assert fresh(paid).refundable_minor == 1600
    assert books(paid) == {"clearing:scripted": 1600, "fee_income:base": -1600}


def test_after_its_window_nobody_asks_the_company_and_a_person_transfers(paid, clerk, head, scripted):
    scripted.refunds_within = timedelta(days=-1)
    refund = wanted(paid, clerk)
    services.approve_refund(refund=refund, officer=head, at=LATER)
    run_outbox()
    assert (fresh(refund).status, fresh(refund).trouble) == (RefundStatus.APPROVED, "too_late")
    assert "refund" not in {name for name, _reference in scripted.calls}
    services.transfer(refund=refund, officer=head, at=LATER)

    assert fresh(refund).status == RefundStatus.SUCCEEDED


def test_what_the_company_was_not_asked_for_is_not_transferred(paid, clerk, head):
    refund = wanted(paid, clerk)
    services.approve_refund(refund=refund, officer=head, at=LATER)

    with pytest.raises(Conflict):
        services.transfer(refund=refund, officer=head, at=LATER)


def test_money_paid_twice_goes_back_by_itself(scripted):
    quote = make_quote()
    first, second = make_payment(quote), make_payment(quote, provider="other")
    settle(second)
    settle(first)
    run_outbox()

    refund = Refund.objects.get()
    assert (refund.payment, refund.status, refund.approved_by) == (first, RefundStatus.SUCCEEDED, None)
    assert books(first) == {"clearing:other": 1600, "fee_income:base": -1600}
    assert Receipt.objects.count() == 1


def test_what_a_rule_sends_in_an_hour_is_limited_and_the_rest_waits(scripted, settings):
    settings.REFUNDS_BY_RULE_AN_HOUR = 1
    for _ in range(2):
        quote = make_quote()
        first, second = make_payment(quote), make_payment(quote)
        settle(second)
        settle(first)
    run_outbox()
    sent = Refund.objects.filter(status=RefundStatus.SUCCEEDED)
    waiting = Refund.objects.get(status=RefundStatus.APPROVED)
    assert (sent.count(), waiting.trouble) == (1, "rate_limited")
    Refund.objects.filter(pk=sent.get().pk).update(submitted_at=AT - timedelta(hours=2))
    services.poll_refunds(at=AT + timedelta(days=1))

    assert sent.count() == 2


def test_what_is_left_after_a_partial_refund_is_what_an_unusable_payment_gives_back(paid, clerk, head):
    services.approve_refund(refund=wanted(paid, clerk), officer=head, at=LATER)
    run_outbox()
    services.mark_unusable(payment=paid, at=LATER)
    run_outbox()

    assert fresh(paid).refunded_minor == 1600
    assert books(paid) == {}


def test_a_refund_begun_at_the_company_becomes_one_of_ours(paid, scripted):
    stub = Refund(payment=paid, number="console-1", amount_minor=500, currency="EUR")
    services.settle_refund(merchant=paid.merchant, said=given_back(stub), at=LATER)
    services.settle_refund(merchant=paid.merchant, said=given_back(stub), at=LATER)

    refund = Refund.objects.get()
    assert (refund.source, refund.reason, refund.status) == ("company", "console", RefundStatus.SUCCEEDED)
    assert fresh(paid).refunded_minor == 500
    assert books(paid) == {"clearing:scripted": 1100, "fee_income:base": -1100}


def test_a_company_that_speaks_of_a_refund_without_its_amount_is_asked(paid, scripted):
    stub = Refund(payment=paid, number="console-1", amount_minor=500, currency="EUR")
    scripted.refunds["console-1"] = given_back(stub)
    hint = given_back(stub, status=RefundStatus.SUBMITTED, amount_minor=None)
    services.apply(merchant=paid.merchant, said=hint, at=LATER, cause=Cause.NOTICE)
    run_outbox()

    assert Refund.objects.get().status == RefundStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"amount_minor": 599}, "amount_differs"),
        ({"currency": "USD"}, "currency_differs"),
        ({"merchant_id": "somebody"}, "merchant_differs"),
        ({"app_id": "another"}, "app_differs"),
    ],
)
def test_a_word_about_a_refund_that_contradicts_it_is_put_aside(paid, clerk, head, scripted, wrong, why):
    scripted.silent = True
    refund = wanted(paid, clerk)
    services.approve_refund(refund=refund, officer=head, at=LATER)
    run_outbox()
    said = given_back(refund, **wrong)

    assert services.apply(merchant=paid.merchant, said=said, at=LATER, cause=Cause.NOTICE) == "quarantined"
    assert fresh(refund).status == RefundStatus.SUBMITTED
    assert fresh(paid).refunding_minor == 600
    assert Difference.objects.get().why == why


def test_more_than_came_is_never_adopted(paid):
    stub = Refund(payment=paid, number="console-1", amount_minor=1601, currency="EUR")

    assert services.apply(merchant=paid.merchant, said=given_back(stub), at=LATER, cause=Cause.BILL) == "quarantined"
    assert not Refund.objects.exists()


def test_a_full_refund_leaves_a_receipt_and_the_credit_note_that_voids_it(paid, clerk, head):
    services.approve_refund(refund=wanted(paid, clerk, 1600), officer=head, at=LATER)
    run_outbox()

    receipt, note = Receipt.objects.order_by("number")
    assert (receipt.refund, receipt.amount_minor, receipt.number) == (None, 1600, 1)
    assert (note.payment, note.amount_minor, note.number) == (paid, 1600, 2)


def test_a_payment_says_nothing_of_its_payer_once_it_is_over(scripted):
    payment = make_payment(channel="jsapi", payer_facts={"openid": "o-1"})
    assert payment.payer_facts == {"openid": "o-1"}
    assert b"o-1" not in bytes(payment.sealed_payer)
    settle(payment)

    assert fresh(payment).payer_facts == {}
    assert path(payment)[-1] == Status.CAPTURED


def test_a_notice_for_another_merchant_does_not_pay(scripted):
    payment = make_payment()
    other = make_merchant("other")

    assert services.apply(merchant=other, said=captured(payment), at=AT, cause=Cause.NOTICE) == "unknown_reference"
    assert fresh(payment).status == Status.CREATED
