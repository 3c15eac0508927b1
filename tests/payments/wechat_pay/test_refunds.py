"""Refunds of both products: by our number, as often as need be, and never twice."""

import httpx
import pytest

from apps.kernel.errors import Conflict, Unavailable
from apps.payments.models import Payment
from apps.payments.providers.base import NotEnough
from apps.payments.providers.wechat_pay import refunds, wire
from apps.payments.statuses import RefundStatus, Status
from tests.payments.wechat_pay.sides import Contract

pytestmark = pytest.mark.stack


def paid(pay, contract: Contract, **facts) -> Payment:
    payment = contract.payment(**facts)
    pay.open(payment)
    contract.simulator.pay(payment.reference)
    return payment


def test_a_refund_is_accepted_and_then_done(pay, ours: Contract):
    payment = paid(pay, ours)
    refund = ours.refund(payment, 600)
    begun = pay.refund(refund)
    ours.simulator.advance(2)
    done = pay.ask_refund(payment, refund.number)

    assert (begun.status, done.status) == (RefundStatus.ACCEPTED, RefundStatus.SUCCEEDED)
    assert (done.reference, done.number, done.amount_minor) == (payment.reference, refund.number, 600)
    assert (done.currency, done.merchant_id) == (payment.currency, ours.merchant.merchant_id)
    assert done.provider_txn == begun.provider_txn
    assert done.provider_txn.startswith("503")
    assert done.at >= begun.at
    assert pay.ask(payment).status is Status.CAPTURED


def test_the_same_number_gives_nothing_twice(pay, ours: Contract):
    payment = paid(pay, ours)
    refund = ours.refund(payment, 600)
    ours.simulator.plan({"fault": "reset_after", "route": "refund"})
    with pytest.raises(Unavailable):
        pay.refund(refund)

    assert pay.refund(refund).provider_txn == pay.refund(refund).provider_txn
    made = [
        entry["row"]
        for entry in ours.simulator.journal("refund")
        if entry["row"]["asked"]["out_refund_no"] == refund.number
    ]
    assert len({row["refund_id"] for row in made}) == 1


def test_the_payer_of_a_cross_border_refund_gets_the_rate_of_the_day(pay, abroad: Contract):
    abroad.simulator.do("/rates", EUR=770_000_000)
    payment = paid(pay, abroad)
    abroad.simulator.do("/rates", EUR=780_000_000)
    said = pay.refund(abroad.refund(payment))

    assert (said.amount_minor, said.currency) == (1600, "EUR")
    assert (said.paid.amount_minor, said.paid.currency) == (12480, "CNY")


def test_an_unknown_refund_is_unknown(pay, ours: Contract):
    assert pay.ask_refund(paid(pay, ours), "nobody0123456789") is None


def test_a_refund_begun_at_the_console_is_found_by_its_number(pay, home: Contract):
    payment = paid(pay, home)
    number = home.simulator.do("/console/refund", reference=payment.reference, amount=100)["out_refund_no"]
    said = pay.ask_refund(payment, number)

    assert (said.number, said.amount_minor) == (number, 100)


def test_an_empty_purse_is_no_refusal(pay, ours: Contract):
    payment, mchid = paid(pay, ours), ours.info["mchid"]
    ours.simulator.do("/balance", mchid=mchid, balance=0)
    refund = ours.refund(payment)
    with pytest.raises(NotEnough) as refused:
        pay.refund(refund)
    assert refused.value.code == "not_enough"

    ours.simulator.do("/balance", mchid=mchid, balance=10_000_000)
    assert pay.refund(refund).status is RefundStatus.ACCEPTED


def test_a_refund_can_wait_and_can_strand(pay, home: Contract):
    payment = paid(pay, home)
    slow, stuck = home.refund(payment, 100), home.refund(payment, 200)
    home.simulator.plan({"fault": "refund_processing", "asks": 2})
    pay.refund(slow)
    home.simulator.advance(2)
    asked = [pay.ask_refund(payment, slow.number).status for _ in range(2)]
    home.simulator.plan({"fault": "refund_abnormal"})
    pay.refund(stuck)
    home.simulator.advance(2)

    assert asked == [RefundStatus.ACCEPTED, RefundStatus.SUCCEEDED]
    assert pay.ask_refund(payment, stuck.number).status is RefundStatus.ABNORMAL


def test_more_than_came_is_refused(pay, home: Contract):
    payment = paid(pay, home)
    with pytest.raises(Conflict) as refused:
        pay.refund(home.refund(payment, 1700))
    assert refused.value.code == "provider_refuses"
    assert not isinstance(refused.value, NotEnough)


@pytest.mark.parametrize("fault", ["wrong_signature", "no_signature", "unknown_serial", "stale", "error_after"])
@pytest.mark.parametrize("number", ["known", "nobody0123456789"])
def test_an_unproven_answer_says_nothing_about_a_refund(pay, home: Contract, fault: str, number: str):
    payment = paid(pay, home)
    refund = home.refund(payment)
    pay.refund(refund)
    home.simulator.plan({"fault": fault, "route": "refund_query"})
    with pytest.raises(Unavailable):
        pay.ask_refund(payment, refund.number if number == "known" else number)


GOOD = {
    "refund_id": "503",
    "out_refund_no": "number",
    "out_trade_no": "order",
    "create_time": "2026-11-23T09:00:00+08:00",
    "status": "SUCCESS",
    "amount": {"refund": 600, "total": 1600, "currency": "CNY"},
}


@pytest.mark.parametrize(
    "change",
    [
        {"out_refund_no": "another"},
        {"out_trade_no": "another"},
        {"status": "DONE"},
        {"refund_id": None},
        {"create_time": "soon"},
        {"amount": {"refund": "6.00"}},
        {"amount": []},
    ],
    ids=range(7),
)
def test_an_answer_about_something_else_is_none(monkeypatch, pay, home: Contract, change):
    payment = home.payment(reference="order")
    monkeypatch.setattr(refunds, "call", lambda *given: GOOD)
    assert pay.ask_refund(payment, "number").amount_minor == 600

    monkeypatch.setattr(refunds, "call", lambda *given: GOOD | change)
    with pytest.raises(Unavailable):
        pay.ask_refund(payment, "number")


@pytest.mark.parametrize("missing", ["currency", "payer_currency"])
def test_a_cross_border_answer_has_to_name_both_currencies(monkeypatch, pay, abroad: Contract, missing: str):
    payment = abroad.payment(reference="order")
    amount = {"refund": 600, "currency": "EUR", "payer_refund": 4620, "payer_currency": "CNY"}
    whole = {**GOOD, "id": "503", "amount": amount}
    monkeypatch.setattr(refunds, "call", lambda *given: whole)
    assert pay.ask_refund(payment, "number").paid.amount_minor == 4620

    amount.pop(missing)
    with pytest.raises(Unavailable):
        pay.ask_refund(payment, "number")
    whole["status"] = "PROCESSING"
    if missing == "payer_currency":
        assert pay.ask_refund(payment, "number").status is RefundStatus.ACCEPTED


@pytest.mark.parametrize(
    ("status", "content", "error", "code"),
    [
        (429, b'{"code": "RULE_LIMIT"}', Unavailable, "unavailable"),
        (503, b'{"code": "NO_AUTH"}', Unavailable, "unavailable"),
        (500, b'{"code": "SYSTEM_ERROR"}', Unavailable, "unavailable"),
        (403, b'{"code": "SYSTEM_ERROR"}', Unavailable, "unavailable"),
        (302, b"", Unavailable, "unavailable"),
        (403, b"<html>", Unavailable, "unavailable"),
        (403, b"[]", Unavailable, "unavailable"),
        (403, b'{"code": 5}', Unavailable, "unavailable"),
        (200, b"[" * 9000, Unavailable, "unavailable"),
        (403, b'{"code": "USER_ACCOUNT_ABNORMAL"}', Conflict, "payer_account_abnormal"),
        (403, b'{"code": "NO_AUTH"}', Conflict, "provider_refuses"),
        (400, b'{"code": "\\u0000bad"}', Conflict, "provider_refuses"),
    ],
    ids=range(12),
)
def test_every_proven_answer_is_understood_or_unknown(status: int, content: bytes, error, code: str):
    with pytest.raises(error) as refused:
        wire.told(httpx.Response(status, content=content))
    assert refused.value.code == code
