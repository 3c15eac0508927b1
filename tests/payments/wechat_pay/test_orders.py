"""Orders of both products, in each key mode, against the running simulator and in the eyes of the public SDK."""

import json
from datetime import datetime, timedelta

import httpx
import pytest
import wechatpayv3.utils
from django.utils.timezone import now

from apps.kernel.errors import Conflict, Unavailable
from apps.payments.providers.wechat_pay import orders, signing, wire
from apps.payments.statuses import Channel, Status
from tests.payments.wechat_pay.sides import Contract

pytestmark = pytest.mark.stack


def test_an_order_is_opened_paid_and_asked_about(pay, ours: Contract):
    payment = ours.payment()
    assert pay.open(payment).url.startswith("weixin://")
    assert pay.ask(payment).status is Status.AWAITING_PAYER

    ours.simulator.pay(payment.reference)
    said = pay.ask(payment)

    assert (said.status, said.reference, said.amount_minor) == (Status.CAPTURED, payment.reference, 1600)
    assert (said.currency, said.merchant_id, said.app_id) == (
        payment.currency,
        ours.merchant.merchant_id,
        ours.merchant.app_id,
    )
    assert said.provider_txn.startswith("4200")
    assert abs(said.at - ours.now) < timedelta(seconds=10)


@pytest.mark.parametrize("profile", ["domestic", "cross_border"])
@pytest.mark.parametrize("channel", [Channel.APP, Channel.PAGE, Channel.QR, Channel.JSAPI])
def test_every_channel_leads_the_payer_to_the_order(pay, make, profile: str, channel: Channel):
    ours = make(profile)
    payment = ours.payment(channel)
    checkout = pay.open(payment)
    again = pay.open(payment)

    if channel in {Channel.PAGE, Channel.QR}:
        assert checkout == again
        assert checkout.url.startswith("weixin://" if channel is Channel.QR else ours.simulator.url)
        return
    name = "prepayId" if channel is Channel.APP else "package"
    assert checkout.parameters[name] == again.parameters[name]
    assert ours.simulator.do("/payer/scan", code=checkout.parameters[name].removeprefix("prepay_id="))


def test_what_the_app_is_given_is_what_the_sdk_would_sign(pay, home: Contract, monkeypatch):
    sdk = home.sdk(monkeypatch, "public_key")
    app = pay.open(home.payment(Channel.APP)).parameters
    inside = pay.open(home.payment(Channel.JSAPI)).parameters

    assert app["sign"] == sdk.sign([app["appId"], app["timeStamp"], app["nonceStr"], app["prepayId"]])
    assert not app["prepayId"].startswith("prepay_id=")
    assert (app["partnerId"], app["packageValue"]) == (home.merchant.merchant_id, "Sign=WXPay")
    parts = [inside["appId"], inside["timeStamp"], inside["nonceStr"], inside["package"]]
    assert (inside["paySign"], inside["signType"]) == (sdk.sign(parts), "RSA")
    assert inside["package"].startswith("prepay_id=wx")


def test_a_request_is_signed_as_the_sdk_signs_it(home: Contract, monkeypatch):
    sdk, at = home.sdk(monkeypatch, "public_key"), now()
    monkeypatch.setattr(wechatpayv3.utils.time, "time", at.timestamp)
    body = json.dumps(orders.order(home.payment()), ensure_ascii=False)
    ours = signing.authorization(home.merchant, "POST", b"/v3/x?y=%7C", body.encode(), at=at)
    nonce = ours.partition('nonce_str="')[2][:32]
    key, serial = sdk._core._private_key, home.info["keys"][-1]["serial_no"]

    theirs = wechatpayv3.utils.build_authorization(
        "/v3/x?y=%7C", "POST", home.merchant.merchant_id, serial, key, body, nonce
    )
    assert ours == theirs


def test_one_flipped_byte_of_our_signature_is_refused(pay, home: Contract, monkeypatch):
    payment, genuine = home.payment(), signing.sign
    monkeypatch.setattr(
        signing, "sign", lambda *given: ("B" if (said := genuine(*given))[0] == "A" else "A") + said[1:]
    )
    with pytest.raises(Unavailable):
        pay.open(payment)
    monkeypatch.setattr(signing, "sign", genuine)
    assert pay.open(payment)


def test_the_same_payment_is_asked_for_in_the_same_words(home: Contract):
    payment = home.payment(Channel.PAGE)
    asked = orders.order(payment)

    assert asked == orders.order(payment)
    assert asked["time_expire"].endswith("+08:00")
    assert payment.expires_at - timedelta(minutes=1) < datetime.fromisoformat(asked["time_expire"]) < payment.expires_at
    assert asked["description"] == "旅行证、加急费"
    assert asked["notify_url"].endswith(f"/payments/notices/{home.merchant.code}")


def test_a_long_title_is_cut_between_two_characters(home: Contract):
    payment = home.payment()
    payment.quote.lines = [{"label_zh": "证" * 50}]

    assert orders.order(payment)["description"] == "证" * 42


@pytest.mark.parametrize(("channel", "missing"), [(Channel.JSAPI, "openid"), (Channel.PAGE, "ip")])
def test_a_channel_without_what_it_needs_is_refused_before_anybody_is_asked(pay, home: Contract, channel, missing):
    with pytest.raises(Conflict) as refused:
        pay.open(home.payment(channel, payer={}))
    assert refused.value.code == f"{missing}_missing"


def test_yen_have_no_smaller_unit_and_the_payer_pays_yuan(pay, make):
    tokyo = make("cross_border", currency="JPY")
    tokyo.simulator.do("/rates", JPY=4_750_000)
    payment = tokyo.payment(amount_minor=3000)
    pay.open(payment)
    tokyo.simulator.pay(payment.reference)
    said = pay.ask(payment)

    assert (said.amount_minor, said.currency) == (3000, "JPY")
    assert (said.paid.amount_minor, said.paid.currency) == (14250, "CNY")


def test_a_coupon_is_told_and_changes_nothing_of_what_was_asked(pay, home: Contract):
    payment, plain = home.payment(), home.payment()
    pay.open(payment), pay.open(plain)
    home.simulator.plan({"fault": "coupon", "reference": payment.reference})
    home.simulator.pay(payment.reference), home.simulator.pay(plain.reference)

    assert (pay.ask(payment).amount_minor, pay.ask(payment).paid.amount_minor) == (1600, 1440)
    assert pay.ask(plain).paid is None


def test_closing_is_believed_only_when_asked_about(pay, ours: Contract):
    payment = ours.payment()
    pay.open(payment)
    assert pay.close(payment) is None
    assert pay.ask(payment).status is Status.CLOSED
    assert pay.close(payment) is None
    with pytest.raises(Conflict) as refused:
        pay.open(payment)
    assert refused.value.code == "order_closed"


def test_closing_what_is_paid_or_unknown_is_no_error(pay, ours: Contract):
    paid = ours.payment()
    pay.open(paid)
    ours.simulator.pay(paid.reference)

    assert pay.close(paid) is None
    assert pay.close(ours.payment()) is None
    assert pay.ask(paid).status is Status.CAPTURED


def test_a_payment_in_flight_outlives_its_close(pay, home: Contract):
    payment = home.payment()
    pay.open(payment)
    home.simulator.plan({"fault": "paid_while_closing"})
    pay.close(payment)
    assert pay.ask(payment).status is Status.CLOSED
    home.simulator.advance(3)

    assert pay.ask(payment).status is Status.CAPTURED


def test_an_unknown_order_may_still_come_until_its_time_is_over(pay, ours: Contract):
    assert pay.ask(ours.payment()).status is Status.AWAITING_PAYER
    assert pay.ask(ours.payment(expires_at=ours.now - timedelta(seconds=1))) is None


def test_a_number_that_means_something_else_is_refused(pay, home: Contract):
    payment = home.payment()
    pay.open(payment)
    payment.amount_minor = 1700
    with pytest.raises(Conflict) as refused:
        pay.open(payment)
    assert refused.value.code == "provider_refuses"

    payment.amount_minor = 1600
    home.simulator.pay(payment.reference)
    with pytest.raises(Conflict) as refused:
        pay.open(payment)
    assert refused.value.code == "already_paid"


def test_a_lost_answer_is_asked_for_again(pay, ours: Contract):
    payment = ours.payment()
    ours.simulator.plan({"fault": "reset_after", "route": "create"})
    with pytest.raises(Unavailable):
        pay.open(payment)

    assert pay.open(payment).url.startswith("weixin://")


def test_an_answer_about_another_order_is_none(pay, home: Contract, monkeypatch):
    payment = home.payment()
    said = {"mchid": "1", "out_trade_no": payment.reference, "trade_state": "NOTPAY", "amount": {"total": 1600}}
    monkeypatch.setattr(orders, "call", lambda *given: said)
    assert (pay.ask(payment).status, pay.ask(payment).currency) == (Status.AWAITING_PAYER, "CNY")

    said["out_trade_no"] = "another"
    with pytest.raises(Unavailable):
        pay.ask(payment)


@pytest.mark.parametrize("answer", [{}, {"code_url": 5}, {"code_url": "https://elsewhere.example"}])
def test_an_order_without_a_way_to_pay_is_no_answer(pay, home: Contract, monkeypatch, answer):
    monkeypatch.setattr(orders, "call", lambda *given: answer)
    with pytest.raises(Unavailable):
        pay.open(home.payment())


FAULTS = ["wrong_signature", "no_signature", "unknown_serial", "stale", "future", "truncated", "error_after"]
FAULTS += ["reset_before", "reset_after"]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_proven_answer_is_no_answer(pay, home: Contract, fault: str):
    payment = home.payment()
    pay.open(payment)
    home.simulator.pay(payment.reference)
    home.simulator.plan({"fault": fault, "route": "query"})
    with pytest.raises(Unavailable):
        pay.ask(payment)

    assert pay.ask(payment).status is Status.CAPTURED


@pytest.mark.parametrize("fault", ["wrong_signature", "no_signature", "stale"])
def test_an_unproven_no_changes_nothing(pay, abroad: Contract, fault: str):
    """The answer is 404, and it could be anybody's."""
    payment = abroad.payment(expires_at=abroad.now - timedelta(hours=1))
    abroad.simulator.plan({"fault": fault, "route": "query"})
    with pytest.raises(Unavailable):
        pay.ask(payment)

    assert pay.ask(payment) is None


def test_a_slow_answer_is_no_answer(pay, home: Contract, monkeypatch):
    assert (wire.TIMEOUT.connect, wire.TIMEOUT.read) == (2, 5)
    monkeypatch.setattr(wire, "TIMEOUT", httpx.Timeout(0.3))
    home.simulator.plan({"fault": "delay", "seconds": 0.8})
    with pytest.raises(Unavailable):
        pay.ask(home.payment())


def test_nobody_at_the_address_is_no_answer(pay, home: Contract, settings):
    settings.WECHAT_PAY_URL = "http://127.0.0.1:9"
    with pytest.raises(Unavailable):
        pay.ask(home.payment())
