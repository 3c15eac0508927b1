"""What the simulated Alipay tells a merchant without being asked."""

import itertools
import json
import re
from datetime import datetime

import pytest

from tests.simulators.alipay_sides import CLOSE, MODULE, QUERY, Shop, fields, joined, number
from tests.simulators.sides import started, wait_for

pytestmark = pytest.mark.stack
MINUTE, HOUR = 60, 3600
YEAR = 365 * 86_400


@pytest.fixture(scope="module")
def process():
    with started(MODULE) as steered:
        yield steered


@pytest.fixture
def shop(process, merchant) -> Shop:
    process.web.delete("/faults")
    merchant.always, merchant.said = 200, b"success"
    shop = Shop(process)
    shop.notify_url = merchant.url
    return shop


def told(merchant, count: int = 1) -> list[dict[str, str]]:
    return [fields(body) for _, body in merchant.wait(count)]


def signed(shop: Shop, said: dict[str, str]) -> bool:
    kept = {name: value for name, value in said.items() if name not in {"sign", "sign_type"}}
    return shop.has_signed(joined(kept), said["sign"])


def test_a_payment_is_told_with_everything_a_merchant_must_check(shop, merchant):
    reference = shop.paid(body="第一本", passback_params="a%3D1")
    headers, _ = merchant.wait()[0]
    said = told(merchant)[0]
    trade = shop.call(QUERY, {"out_trade_no": reference})

    assert headers["Content-Type"] == "application/x-www-form-urlencoded; charset=utf-8"
    expected = {
        "notify_type": "trade_status_sync",
        "app_id": shop.own["app_id"],
        "auth_app_id": shop.own["app_id"],
        "seller_id": shop.console["seller_id"],
        "sign_type": "RSA2",
        "charset": "utf-8",
        "version": "1.0",
        "out_trade_no": reference,
        "trade_no": trade["trade_no"],
        "trade_status": "TRADE_SUCCESS",
        "total_amount": "16.00",
        "receipt_amount": "16.00",
        "buyer_pay_amount": "16.00",
        "invoice_amount": "16.00",
        "point_amount": "0.00",
        "subject": "护照换发",
        "body": "第一本",
        "passback_params": "a%3D1",
        "gmt_payment": trade["send_pay_date"],
    }
    assert expected.items() <= said.items()
    assert json.loads(said["fund_bill_list"]) == [{"amount": "16.00", "fundChannel": "ALIPAYACCOUNT"}]
    assert "" not in said.values()
    assert not {"refund_fee", "gmt_refund", "gmt_close", "out_biz_no"} & set(said)
    assert signed(shop, said)
    assert not signed(shop, {**said, "notify_id": said["notify_id"] + "0"})


def test_a_notice_comes_again_at_the_times_of_the_company_until_it_is_heard(shop, merchant):
    merchant.always = 500
    shop.paid()
    merchant.wait()
    shop.simulator.advance(30 * HOUR)
    said = told(merchant, 8)
    moments = [datetime.fromisoformat(one["notify_time"]) for one in said]
    gaps = [round((second - first).total_seconds() / 60) for first, second in itertools.pairwise(moments)]

    assert gaps == [4, 10, 10, 60, 120, 360, 900]
    assert len(merchant.heard) == 8
    assert len({one["notify_id"] for one in said}) == 1
    assert all(signed(shop, one) for one in said)


@pytest.mark.parametrize("answer", [b"SUCCESS", b"success\n", b"fail", b"", b'{"code":"SUCCESS"}'])
def test_nothing_but_the_seven_bytes_is_an_acknowledgement(shop, merchant, answer):
    merchant.said = answer
    reference = shop.paid()
    wait_for(lambda: result(shop, reference) == "refused with 200")
    merchant.said = b"success"
    shop.simulator.advance(4 * MINUTE)

    assert len(merchant.heard) == 2
    assert result(shop, reference) == "heard"
    shop.simulator.advance(30 * HOUR)
    assert len(merchant.heard) == 2


@pytest.mark.parametrize("status", [201, 204, 302])
def test_only_a_200_is_an_acknowledgement(shop, merchant, status):
    merchant.plan = [status]
    shop.paid()
    merchant.wait()
    shop.simulator.advance(4 * MINUTE)
    assert len(merchant.heard) == 2


def result(shop: Shop, reference: str) -> str:
    return [
        entry["row"]["result"] for entry in shop.simulator.journal("notice") if entry["row"]["reference"] == reference
    ][-1]


def test_a_partial_refund_tells_the_payment_again_and_a_full_one_that_it_is_closed(shop, merchant):
    reference = shop.paid_by_app()
    merchant.wait()
    shop.refund(reference, "6.00", "r1")
    merchant.wait(2)
    shop.simulator.advance(3)
    shop.refund(reference, "10.00", "r2")
    paid, part, whole = told(merchant, 3)

    assert [one["trade_status"] for one in (paid, part, whole)] == ["TRADE_SUCCESS", "TRADE_SUCCESS", "TRADE_CLOSED"]
    assert [one.get("refund_fee") for one in (paid, part, whole)] == [None, "6.00", "16.00"]
    assert [one.get("out_biz_no") for one in (part, whole)] == ["r1", "r2"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", part["gmt_refund"])
    assert "gmt_close" in whole
    assert part["gmt_payment"] == paid["gmt_payment"]
    assert len({one["notify_id"] for one in (paid, part, whole)}) == 3


def test_a_refund_that_was_asked_twice_is_told_once(shop, merchant):
    reference = shop.paid_by_app()
    shop.refund(reference, "6.00", "r1")
    shop.refund(reference, "6.00", "r1")
    merchant.wait(2)
    shop.simulator.advance(HOUR)
    assert len(merchant.heard) == 2


def test_a_refund_in_the_console_is_told_like_any_other(shop, merchant):
    reference = shop.paid()
    merchant.wait()
    request = shop.simulator.do("/console/refund", reference=reference, amount=100)["out_request_no"]
    said = told(merchant, 2)[1]
    assert (said["out_biz_no"], said["refund_fee"], said["trade_status"]) == (request, "1.00", "TRADE_SUCCESS")


@pytest.mark.parametrize("how", ["time", "close"])
def test_an_unpaid_trade_of_the_app_is_told_closed_without_a_word_of_refunds(shop, merchant, how):
    reference = number()
    shop.simulator.do("/payer/scan", code=shop.order_string(reference, timeout_express="5m"))
    if how == "close":
        shop.call(CLOSE, {"out_trade_no": reference})
    else:
        shop.simulator.advance(5 * MINUTE)
    said = told(merchant)[0]

    assert said["trade_status"] == "TRADE_CLOSED"
    assert not {"gmt_payment", "refund_fee", "gmt_refund", "receipt_amount"} & set(said)


def test_of_a_code_only_success_is_told(shop, merchant):
    closed, refunded = shop.order(timeout_express="5m"), shop.paid()
    shop.simulator.do("/payer/scan", reference=closed)
    shop.refund(refunded, "16.00", "r1")
    shop.simulator.advance(5 * MINUTE)
    shop.simulator.advance(HOUR)

    assert shop.status(refunded) == shop.status(closed) == "TRADE_CLOSED"
    assert [one["trade_status"] for one in told(merchant)] == ["TRADE_SUCCESS"]


def test_after_a_year_the_app_is_told_that_the_trade_is_finished(shop, merchant):
    shop.paid_by_app()
    merchant.wait()
    shop.simulator.advance(YEAR)
    assert told(merchant, 2)[1]["trade_status"] == "TRADE_FINISHED"


def test_a_trade_without_an_address_is_told_to_nobody(shop, merchant):
    shop.notify_url = ""
    shop.paid()
    shop.simulator.advance(HOUR)
    assert merchant.heard == []


@pytest.mark.parametrize(
    ("fault", "name", "value"),
    [
        ("notice_wrong_amount", "total_amount", "0.01"),
        ("notice_wrong_currency", "trans_currency", "USD"),
        ("notice_wrong_merchant", "seller_id", "2088000000000909"),
        ("notice_wrong_app", "app_id", "2021000000000909"),
    ],
)
def test_a_notice_that_is_untrue_is_well_signed(shop, merchant, fault, name, value):
    shop.simulator.plan({"fault": fault})
    shop.paid()
    said = told(merchant)[0]
    assert said[name] == value
    assert signed(shop, said)


def test_a_badly_signed_notice_is_followed_by_the_true_one(shop, merchant):
    shop.simulator.plan({"fault": "notice_wrong_signature"})
    shop.paid()
    merchant.wait()
    shop.simulator.advance(4 * MINUTE)
    assert [signed(shop, one) for one in told(merchant, 2)] == [False, True]


def test_a_stale_notice_is_two_days_old(shop, merchant):
    shop.simulator.plan({"fault": "notice_stale"})
    shop.paid()
    said = told(merchant)[0]
    assert (shop.now - datetime.fromisoformat(said["notify_time"])).days == 2
    assert signed(shop, said)


def test_an_early_notice_overtakes_the_answer_that_makes_the_order(shop, merchant):
    shop.simulator.plan({"fault": "notice_early", "route": "create"})
    reference = shop.order()
    assert fields(merchant.heard[0][1])["out_trade_no"] == reference


@pytest.mark.parametrize(("amount", "count"), [("16.00", 1), ("16.03", 3), ("16.04", 0)])
def test_an_amount_chooses_how_often_it_is_told(shop, merchant, amount, count):
    shop.paid(amount)
    merchant.wait(count)
    shop.simulator.advance(HOUR)
    assert len(merchant.heard) == count


def test_what_was_not_heard_is_told_again_after_a_restart_by_the_same_name_and_nothing_else_is(tmp_path, merchant):
    merchant.always, merchant.said = 200, b"success"
    with started(MODULE, "--state", str(tmp_path)) as first:
        shop = Shop(first)
        shop.notify_url = merchant.url
        heard = shop.paid()
        wait_for(lambda: result(shop, heard) == "heard")
        merchant.always = 500
        shop.paid()
        before = told(merchant, 2)[1]
    merchant.always = 200
    with started(MODULE, "--state", str(tmp_path)) as second:
        after = told(merchant, 3)[2]
        assert signed(Shop(second), after)
        wait_for(lambda: second.journal("notice")[-1]["row"]["result"] == "heard")
        second.advance(30 * HOUR)

    kept = set(before) - {"notify_time", "sign"}
    assert {name: before[name] for name in kept} == {name: after[name] for name in kept}
    assert len(merchant.heard) == 3
