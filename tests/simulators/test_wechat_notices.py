"""What merchants are told by WeChat Pay, how often, and how badly."""

import itertools
import json
from datetime import datetime

import pytest

from tests.simulators.wechat import Shop

pytestmark = pytest.mark.stack
SCHEDULE = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600]


def results(shop: Shop, number: str) -> list[str]:
    rows = [entry["row"] for entry in shop.simulator.journal("notice")]
    return [row["result"] for row in rows if row["reference"] == number]


def test_a_payment_is_told_in_an_envelope_only_the_merchant_can_open(shop: Shop, merchant):
    number = shop.paid()
    headers, body = merchant.wait()[0]
    said, inside = json.loads(body), shop.inside((headers, body))

    assert shop.is_genuine(headers, body)
    assert (said["event_type"], said["resource_type"]) == ("TRANSACTION.SUCCESS", "encrypt-resource")
    assert said["resource"]["algorithm"] == "AEAD_AES_256_GCM"
    assert said["resource"]["original_type"] == "transaction"
    assert datetime.fromisoformat(said["create_time"]).utcoffset().total_seconds() == 8 * 3600
    assert inside == shop.query(number)


def test_a_refund_is_told_in_fewer_words(shop: Shop, merchant):
    number = shop.paid()
    refund = shop.refund(number, 600, notify_url=merchant.url).json()
    shop.simulator.advance(2)
    inside = shop.inside(merchant.wait(2)[1])

    assert inside["refund_status"] == "SUCCESS"
    assert "status" not in inside
    assert inside["refund_id"] == refund["refund_id"]
    assert inside["amount"] == {"total": 1600, "refund": 600, "payer_total": 1600, "payer_refund": 600}


def test_fifteen_retries_of_a_day_fit_into_one_advance(shop: Shop, merchant):
    merchant.always = 500
    number = shop.paid()
    shop.simulator.advance(sum(SCHEDULE) + 60)
    notices = merchant.wait(16)
    shop.simulator.advance(1_000_000)
    moments = [int(headers["Wechatpay-Timestamp"]) for headers, _ in merchant.heard]

    assert sum(SCHEDULE) == 24 * 3600 + 4 * 60
    assert [second - first for first, second in itertools.pairwise(moments)] == pytest.approx(SCHEDULE, abs=1)
    assert len({json.loads(body)["id"] for _, body in notices}) == 1
    assert all(shop.inside(notice)["out_trade_no"] == number for notice in notices)


@pytest.mark.parametrize(("status", "is_heard"), [(200, True), (204, True), (201, False), (302, False), (401, False)])
def test_only_200_and_204_acknowledge(shop: Shop, merchant, status: int, is_heard: bool):
    merchant.plan = [status]
    shop.paid()
    merchant.wait()
    shop.simulator.advance(15)

    assert len(merchant.heard) == (1 if is_heard else 2)


def test_a_probe_is_followed_by_the_true_notice(shop: Shop, merchant):
    shop.simulator.plan({"fault": "notice_signtest"})
    number = shop.paid()
    merchant.wait()
    shop.simulator.advance(15)
    (probe, body), (true, again) = merchant.wait(2)

    assert probe["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/")
    assert [shop.is_genuine(probe, body), shop.is_genuine(true, again)] == [False, True]
    assert results(shop, number) == ["sent", "heard_though_bad", "heard"]


def test_a_stale_notice_is_signed_and_old(shop: Shop, merchant):
    shop.simulator.plan({"fault": "notice_stale"})
    shop.paid()
    headers, body = merchant.wait()[0]

    assert int(headers["Wechatpay-Timestamp"]) <= int(shop.time()) - 590
    assert shop.is_genuine(headers, body)


@pytest.mark.parametrize(
    ("fault", "path", "value"),
    [
        ("notice_wrong_amount", ("amount", "total"), 1599),
        ("notice_wrong_currency", ("amount", "currency"), "XTS"),
        ("notice_wrong_merchant", ("mchid",), "1999999999"),
        ("notice_wrong_app", ("appid",), "wx0000000000000000"),
    ],
)
def test_an_untrue_notice_is_well_signed(shop: Shop, merchant, fault: str, path: tuple[str, ...], value):
    shop.simulator.plan({"fault": fault})
    shop.paid()
    headers, body = merchant.wait()[0]
    inside = shop.inside((headers, body))
    for name in path:
        inside = inside[name]

    assert inside == value
    assert shop.is_genuine(headers, body)


def test_a_hundred_duplicates_are_one_notice(shop: Shop, merchant):
    shop.simulator.plan({"fault": "notice_duplicate", "count": 100})
    shop.paid()
    bodies = merchant.bodies(100)

    assert len({body["id"] for body in bodies}) == 1


def test_an_early_notice_overtakes_the_answer_to_its_order(shop: Shop, merchant):
    shop.simulator.plan({"fault": "notice_early", "route": "create"})
    shop.open()

    assert len(merchant.heard) == 1


def test_while_a_merchant_moves_both_kinds_of_keys_sign(shop: Shop, merchant):
    other = Shop(shop.simulator, shop.simulator.do("/merchants", key_mode="both"), merchant.url)
    for _ in range(2):
        other.paid()
    serials = {headers["Wechatpay-Serial"] for headers, _ in merchant.wait(2)}

    assert serials == {
        shop.info["public_key_id"],
        shop.simulator.look("/merchant")["platform_certificates"][-1]["serial_no"],
    }


@pytest.mark.parametrize(("mode", "is_key"), [("public_key", True), ("certificate", False)])
def test_a_merchant_of_one_kind_gets_that_kind(shop: Shop, merchant, mode: str, is_key: bool):
    other = Shop(shop.simulator, shop.simulator.do("/merchants", key_mode=mode), merchant.url)
    for _ in range(2):
        other.paid()

    assert {headers["Wechatpay-Serial"].startswith("PUB_KEY_ID_") for headers, _ in merchant.wait(2)} == {is_key}
    assert other.call("GET", "/v3/certificates").status_code == (404 if is_key else 200)
