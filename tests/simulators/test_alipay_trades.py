"""What becomes of trades at the simulated Alipay: payers, closing, refunds, time, and trouble by amount or by plan."""

import re
from datetime import timedelta

import httpx
import pytest

from tests.simulators.alipay_sides import (
    CANCEL,
    CLOSE,
    MODULE,
    PRECREATE,
    QUERY,
    REFUND,
    REFUND_QUERY,
    WAP,
    Shop,
    number,
)
from tests.simulators.sides import started

pytestmark = pytest.mark.stack
DAY, HOUR = 86_400, 3600


@pytest.fixture(scope="module")
def process():
    with started(MODULE) as steered:
        yield steered


@pytest.fixture
def shop(process) -> Shop:
    process.web.delete("/faults")
    return Shop(process)


def scan(shop: Shop, reference: str) -> None:
    shop.simulator.do("/payer/scan", reference=reference)


def press(shop: Shop, verb: str, **asked) -> tuple[int, str]:
    answer = shop.simulator.web.post(f"/payer/{verb}", json=asked)
    return answer.status_code, answer.json().get("error", "")


def seen(shop: Shop, reference: str) -> str:
    return next(order["state"] for order in shop.simulator.look("/payer/orders") if order["reference"] == reference)


def close(shop: Shop, reference: str) -> str:
    return shop.code(CLOSE, {"out_trade_no": reference})


def refund_status(shop: Shop, reference: str, request: str) -> str | None:
    said = shop.call(REFUND_QUERY, {"out_trade_no": reference, "out_request_no": request})
    assert said["code"] == "10000"
    return said.get("refund_status")


def test_before_the_scan_there_is_no_trade_and_its_code_cannot_be_closed(shop):
    reference = shop.order()

    assert shop.status(reference) == "ACQ.TRADE_NOT_EXIST"
    assert close(shop, reference) == "ACQ.TRADE_NOT_EXIST"
    assert press(shop, "confirm", reference=reference) == (409, "not_scanned")
    shop.simulator.pay(reference)
    assert shop.status(reference) == "TRADE_SUCCESS"


def test_a_code_is_good_for_two_hours_or_as_long_as_was_said(shop):
    usual, short = shop.order(), shop.order(qr_code_timeout_express="5m")
    shop.simulator.advance(5 * 60)
    assert press(shop, "scan", reference=short) == (409, "expired")
    assert (seen(shop, short), seen(shop, usual)) == ("closed", "open")
    shop.simulator.advance(2 * HOUR - 5 * 60)
    assert press(shop, "scan", reference=usual) == (409, "expired")
    assert shop.status(usual) == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.parametrize("end", ["timeout_express", "time_expire"])
def test_a_begun_trade_is_closed_by_the_first_of_its_ends(shop, end):
    ends = {"timeout_express": "10m", "time_expire": f"{shop.now + timedelta(minutes=10):%Y-%m-%d %H:%M:%S}"}
    reference = shop.order(**{"timeout_express": "1d", end: ends[end]})
    scan(shop, reference)
    shop.simulator.advance(590)
    assert shop.status(reference) == "WAIT_BUYER_PAY"
    shop.simulator.advance(10)
    assert shop.status(reference) == "TRADE_CLOSED"
    assert press(shop, "confirm", reference=reference) == (409, "not_payable")


def test_the_same_number_in_the_same_words_is_the_same_code(shop):
    biz = {"out_trade_no": number(), "total_amount": "16.00", "subject": "Visa"}
    first, again = shop.call(PRECREATE, biz), shop.call(PRECREATE, biz)
    assert first == again
    shop.simulator.advance(2 * HOUR)
    assert shop.call(PRECREATE, biz)["qr_code"] != first["qr_code"]


@pytest.mark.parametrize("change", [{"total_amount": "17.00"}, {"subject": "Passport"}])
def test_a_number_never_means_two_things(shop, change):
    biz = {"out_trade_no": number(), "total_amount": "16.00", "subject": "Visa"}
    shop.call(PRECREATE, biz)
    assert shop.code(PRECREATE, {**biz, **change}) == "ACQ.CONTEXT_INCONSISTENT"


def test_a_number_that_is_paid_or_closed_is_used_up(shop):
    biz = {"total_amount": "16.00", "subject": "护照换发"}
    paid, closed = shop.paid(), shop.order()
    scan(shop, closed)
    close(shop, closed)

    assert shop.code(PRECREATE, {**biz, "out_trade_no": paid}) == "ACQ.TRADE_HAS_SUCCESS"
    assert shop.code(PRECREATE, {**biz, "out_trade_no": closed}) == "ACQ.TRADE_HAS_CLOSE"


def test_only_what_waits_can_be_closed(shop):
    waiting, paid = shop.order(), shop.paid()
    scan(shop, waiting)

    assert [close(shop, waiting), close(shop, waiting)] == ["", "ACQ.TRADE_STATUS_ERROR"]
    assert close(shop, paid) == "ACQ.REASON_TRADE_STATUS_INVALID"
    assert shop.status(paid) == "TRADE_SUCCESS"


def test_the_companys_number_wins_over_the_merchants(shop):
    first, second = shop.paid(), shop.paid()
    trade = shop.call(QUERY, {"out_trade_no": first})["trade_no"]

    said = shop.call(QUERY, {"out_trade_no": second, "trade_no": trade})

    assert said["out_trade_no"] == first
    assert re.fullmatch(r"\d{28}", trade)


def test_a_payer_who_walks_away_leaves_the_trade_waiting(shop):
    reference = shop.order()
    scan(shop, reference)
    assert shop.simulator.do("/payer/cancel", reference=reference)["state"] == "scanned"
    assert shop.status(reference) == "WAIT_BUYER_PAY"


def test_the_answer_about_a_trade_shows_money_only_when_there_was_some(shop):
    reference = shop.order()
    scan(shop, reference)
    waiting = shop.call(QUERY, {"out_trade_no": reference})
    shop.simulator.do("/payer/confirm", reference=reference)
    paid = shop.call(QUERY, {"out_trade_no": reference})

    assert (waiting["receipt_amount"], paid["receipt_amount"]) == ("0.00", "16.00")
    assert "send_pay_date" not in waiting
    assert abs((shop.now - shop.now.fromisoformat(paid["send_pay_date"])).total_seconds()) < 5


def test_an_order_string_changed_on_the_way_to_the_phone_begins_nothing(shop):
    reference = number()
    string = shop.order_string(reference)
    assert press(shop, "pay", code=string.replace("16.00", "15.00")) == (400, "isv.invalid-signature")
    assert press(shop, "pay", code=string) == (200, "")
    assert press(shop, "pay", code=string) == (409, "not_payable")
    assert shop.status(reference) == "TRADE_SUCCESS"


def test_an_order_string_of_another_method_is_for_no_phone(shop):
    params = shop.params(PRECREATE, {"out_trade_no": number(), "total_amount": "16.00", "subject": "Visa"})
    assert press(shop, "scan", code=str(httpx.QueryParams(params))) == (400, "isv.invalid-method")


def test_an_order_string_may_be_used_later_but_not_after_its_end(shop):
    first, second = number(), number()
    strings = [shop.order_string(reference, time_expire="2099-01-01 00:00:00") for reference in (first, second)]
    shop.simulator.advance(HOUR)
    assert press(shop, "pay", code=strings[0]) == (200, "")
    soon = shop.order_string(second, time_expire=f"{shop.now:%Y-%m-%d} 00:00:00")
    assert press(shop, "pay", code=soon) == (400, "ACQ.INVALID_PARAMETER")


def enter(shop: Shop, amount: str = "60.00") -> tuple[str, str]:
    """The number of an order, and the page where it is paid."""
    reference = number()
    biz = {"out_trade_no": reference, "total_amount": amount, "subject": "Visa <b>", "product_code": "QUICK_WAP_WAY"}
    asked = shop.params(
        WAP, {**biz, "quit_url": "https://shop.example/quit"}, return_url="https://shop.example/back?a=1"
    )
    return reference, shop.send(asked).headers["Location"]


def test_the_page_shows_its_order_alone_in_two_languages_and_begins_no_trade(shop):
    reference, page = enter(shop)
    english, chinese = shop.web.get(f"{page}?lang=en"), shop.web.get(page).text

    assert reference in english.text
    assert "Visa &lt;b&gt;" in english.text
    assert "Pay now" in english.text
    assert "确认支付" in chinese
    assert english.text.count('class="card"') == 1
    assert "form-action 'self' https://shop.example" in english.headers["Content-Security-Policy"]
    assert shop.status(reference) == "ACQ.TRADE_NOT_EXIST"


def test_who_leaves_the_page_goes_where_the_merchant_said(shop):
    reference, page = enter(shop)
    pressed = shop.web.post(page, data={"action": "cancel"})
    assert (pressed.status_code, pressed.headers["Location"]) == (303, "https://shop.example/quit")
    assert shop.status(reference) == "ACQ.TRADE_NOT_EXIST"


def test_a_payment_that_the_bank_declines_stays_on_the_page(shop):
    reference, page = enter(shop, "60.01")
    pressed = shop.web.post(f"{page}?lang=en", data={"action": "pay"})
    assert "declined this payment" in shop.web.get(pressed.headers["Location"]).text
    assert shop.status(reference) == "WAIT_BUYER_PAY"


def test_a_paid_page_returns_with_what_was_paid(shop):
    reference, page = enter(shop)
    address = httpx.URL(shop.web.post(page, data={"action": "pay"}).headers["Location"])
    assert address.host == "shop.example"
    assert dict(address.params) | {"a": "1", "out_trade_no": reference, "total_amount": "60.00"} == dict(address.params)
    again = shop.web.post(page, data={"action": "pay"}).headers["Location"]
    assert "said=not_payable" in again


def test_partial_refunds_add_up_and_a_full_one_closes_the_trade(shop):
    reference = shop.paid()
    first = shop.refund(reference, "6.00", "r1")
    shop.simulator.advance(3)
    second = shop.refund(reference, "10.00", "r2")

    assert (first["fund_change"], first["refund_fee"]) == ("Y", "6.00")
    assert (second["fund_change"], second["refund_fee"]) == ("Y", "16.00")
    closed = shop.call(QUERY, {"out_trade_no": reference})
    assert closed["trade_status"] == "TRADE_CLOSED"
    assert "send_pay_date" in closed


def test_a_refund_that_is_asked_again_moves_nothing_again(shop):
    reference = shop.paid()
    before = shop.simulator.do("/balance")["balance"]
    answers = [shop.refund(reference, "6.00", "r1") for _ in range(3)]

    assert [answer["fund_change"] for answer in answers] == ["Y", "N", "N"]
    assert [answer["refund_fee"] for answer in answers] == ["6.00"] * 3
    assert before - shop.simulator.do("/balance")["balance"] == 600 - 4
    assert shop.refund(reference, "7.00", "r1")["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"


def test_refunds_of_one_trade_are_three_seconds_apart(shop):
    first, second = shop.paid(), shop.paid()
    shop.refund(first, "6.00", "r1")
    assert shop.refund(first, "6.00", "r2")["sub_code"] == "ACQ.SYSTEM_ERROR"
    assert shop.refund(second, "6.00", "r1")["fund_change"] == "Y"
    shop.simulator.advance(3)
    assert shop.refund(first, "6.00", "r2")["fund_change"] == "Y"


def test_more_than_was_paid_is_not_refunded(shop):
    reference = shop.paid()
    assert shop.refund(reference, "16.01", "r1")["sub_code"] == "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    shop.refund(reference, "6.00", "r1")
    shop.simulator.advance(3)
    assert shop.refund(reference, "10.01", "r2")["sub_code"] == "ACQ.REASON_TRADE_REFUND_FEE_ERR"


def test_a_partial_refund_needs_a_number_of_its_own_and_a_full_one_does_not(shop):
    reference = shop.paid()
    biz = {"out_trade_no": reference}
    assert shop.code(REFUND, {**biz, "refund_amount": "6.00"}) == "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"
    assert shop.call(REFUND, {**biz, "refund_amount": "16.00"})["fund_change"] == "Y"
    assert refund_status(shop, reference, reference) == "REFUND_SUCCESS"


def test_what_was_not_paid_is_not_refunded(shop):
    waiting, unscanned = shop.order(), shop.order()
    scan(shop, waiting)
    assert shop.refund(waiting, "1.00", "r1")["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    assert shop.refund(unscanned, "1.00", "r1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_a_refund_nobody_made_is_answered_with_success_and_nothing_else(shop):
    reference = shop.paid()
    said = shop.call(REFUND_QUERY, {"out_trade_no": reference, "out_request_no": "none"})
    assert said == {"code": "10000", "msg": "Success"}


def test_a_refund_says_when_it_was_paid_only_when_asked_to(shop):
    reference = shop.paid()
    shop.refund(reference, "6.00", "r1")
    biz = {"out_trade_no": reference, "out_request_no": "r1"}
    assert "gmt_refund_pay" not in shop.call(REFUND_QUERY, biz)
    assert "gmt_refund_pay" in shop.call(REFUND_QUERY, {**biz, "query_options": ["gmt_refund_pay"]})


def test_after_a_year_a_trade_is_finished_and_no_longer_refunded(shop):
    reference = shop.paid()
    shop.simulator.advance(365 * DAY)
    assert shop.status(reference) == "TRADE_FINISHED"
    assert shop.refund(reference, "1.00", "r1")["sub_code"] == "ACQ.TRADE_HAS_FINISHED"
    assert shop.code(CANCEL, {"out_trade_no": reference}) == "ACQ.TRADE_HAS_FINISHED"


def test_a_seller_without_money_refunds_after_it_was_filled_up(shop):
    reference = shop.paid()
    balance = shop.simulator.do("/balance")["balance"]
    shop.simulator.do("/balance", balance=0)
    poor = shop.refund(reference, "16.00", "r1")
    shop.simulator.do("/balance", balance=balance)

    assert poor["sub_code"] == "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    assert shop.refund(reference, "16.00", "r1")["fund_change"] == "Y"


def test_cancelling_reverses_whatever_there_is(shop):
    waiting, paid, unscanned = shop.order(), shop.paid(), shop.order()
    scan(shop, waiting)
    answers = [shop.call(CANCEL, {"out_trade_no": reference}) for reference in (waiting, paid, unscanned)]

    assert [answer.get("action") for answer in answers] == ["close", "refund", None]
    assert {answer["code"] for answer in answers} == {"10000"}
    assert [shop.status(reference) for reference in (waiting, paid)] == ["TRADE_CLOSED"] * 2
    assert press(shop, "pay", reference=unscanned) == (200, "")


def test_what_is_older_than_a_day_is_not_cancelled(shop):
    reference = shop.paid()
    shop.simulator.advance(DAY + 1)
    assert shop.code(CANCEL, {"out_trade_no": reference}) == "ACQ.TRADE_CANCEL_TIME_OUT"


def test_a_refund_in_the_console_is_a_refund(shop):
    reference = shop.paid()
    request = shop.simulator.do("/console/refund", reference=reference, amount=600)["out_request_no"]
    assert refund_status(shop, reference, request) == "REFUND_SUCCESS"
    answer = shop.simulator.web.post("/console/refund", json={"reference": reference, "amount": 1001})
    assert (answer.status_code, answer.json()) == (409, {"error": "ACQ.REASON_TRADE_REFUND_FEE_ERR"})


def test_an_amount_in_01_is_declined_every_time(shop):
    reference = shop.order("16.01")
    assert [press(shop, "pay", reference=reference) for _ in range(2)] == [(402, "payer_declined")] * 2
    assert shop.status(reference) == "WAIT_BUYER_PAY"


def test_an_amount_in_07_can_be_paid_after_it_was_closed(shop):
    reference = shop.order("16.07")
    scan(shop, reference)
    close(shop, reference)
    assert shop.status(reference) == "TRADE_CLOSED"
    shop.simulator.pay(reference)
    assert shop.status(reference) == "TRADE_SUCCESS"


def test_an_amount_in_08_loses_the_answer_but_not_the_order(shop):
    with pytest.raises(httpx.RemoteProtocolError):
        shop.order("16.08")
    reference = shop.simulator.look("/payer/orders")[-1]["reference"]
    biz = {"out_trade_no": reference, "total_amount": "16.08", "subject": "护照换发"}
    assert shop.code(PRECREATE, biz) == ""


def test_an_amount_in_09_is_never_refunded_whatever_is_asked(shop):
    reference = shop.paid("16.09")
    assert shop.refund(reference, "16.09", "r1")["fund_change"] == "N"
    assert shop.refund(reference, "16.09", "r1")["fund_change"] == "N"
    assert [refund_status(shop, reference, "r1") for _ in range(4)] == [None] * 4
    assert shop.status(reference) == "TRADE_SUCCESS"


def test_an_amount_in_10_is_refunded_at_the_third_question(shop):
    reference = shop.paid("16.10")
    before = shop.simulator.do("/balance")["balance"]
    assert shop.refund(reference, "16.10", "r1") | {"fund_change": "N", "refund_fee": "0.00"} == shop.refund(
        reference, "16.10", "r1"
    )
    assert [refund_status(shop, reference, "r1") for _ in range(4)] == [None, None, "REFUND_SUCCESS", "REFUND_SUCCESS"]
    assert before - shop.simulator.do("/balance")["balance"] == 1610 - 10
    assert shop.status(reference) == "TRADE_CLOSED"


def test_an_amount_in_11_is_refunded_after_the_balance_was_filled(shop):
    reference = shop.paid("16.11")
    assert shop.refund(reference, "16.11", "r1")["sub_code"] == "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    shop.simulator.do("/balance")
    assert shop.refund(reference, "16.11", "r1")["fund_change"] == "Y"


def test_an_amount_in_12_answers_two_questions_with_nothing_known(shop):
    reference = shop.paid("16.12")
    answers = [shop.call(QUERY, {"out_trade_no": reference}) for _ in range(3)]
    assert [answer["code"] for answer in answers] == ["20000", "20000", "10000"]


def test_paid_while_it_is_being_closed_is_paid(shop):
    shop.simulator.plan({"fault": "paid_while_closing"})
    reference = shop.order()
    scan(shop, reference)
    assert close(shop, reference) == "ACQ.REASON_TRADE_STATUS_INVALID"
    assert shop.status(reference) == "TRADE_SUCCESS"


def test_a_restart_knows_trades_their_ends_and_the_balance(tmp_path):
    with started(MODULE, "--state", str(tmp_path)) as first:
        shop = Shop(first)
        paid, waiting = shop.paid(), shop.order(timeout_express="10m")
        shop.refund(paid, "6.00", "r1")
        scan(shop, waiting)
        balance = first.do("/balance")
    with started(MODULE, "--state", str(tmp_path)) as second:
        shop = Shop(second)
        second.advance(600)
        assert shop.status(waiting) == "TRADE_CLOSED"
        assert shop.refund(paid, "6.00", "r1")["refund_fee"] == "6.00"
        assert second.do("/balance") == balance
