"""Refunds with WeChat Pay: accepted first, done later, and at times neither."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.simulators.wechat import Shop, code

pytestmark = pytest.mark.stack
YEAR = 365 * 86_400


def done(shop: Shop, number: str) -> dict:
    shop.simulator.advance(2)
    return shop.refunded(number)


def test_a_refund_is_accepted_and_then_done(shop: Shop):
    number = shop.paid()
    accepted = shop.refund(number).json()
    ended = done(shop, accepted["out_refund_no"])

    assert (accepted["status"], ended["status"]) == ("PROCESSING", "SUCCESS")
    assert "success_time" not in accepted
    assert ended["amount"] == {
        "refund": 1600,
        "total": 1600,
        "currency": "CNY",
        "payer_refund": 1600,
        "payer_total": 1600,
        "settlement_refund": 1600,
        "settlement_total": 1600,
        "discount_refund": 0,
    }
    assert shop.query(number)["trade_state"] == "REFUND"


def test_the_same_refund_is_made_once_and_another_under_its_number_refused(shop: Shop):
    number = shop.paid()
    first, second = (shop.refund(number, 100, out_refund_no=f"r{number}") for _ in range(2))
    other = shop.refund(number, 200, out_refund_no=f"r{number}")

    assert first.json()["refund_id"] == second.json()["refund_id"]
    assert code(other) == (400, "INVALID_REQUEST")
    assert shop.refund(number, 1500).status_code == 200


def test_more_than_was_paid_is_never_refunded(shop: Shop):
    number = shop.paid()
    shop.refund(number, 1000)

    assert code(shop.refund(number, 601)) == (400, "INVALID_REQUEST")
    assert shop.refund(number, 600).status_code == 200


@pytest.mark.parametrize("change", [{"total": 1599}, {"refund": 1601}])
def test_a_refund_that_does_not_fit_its_order_is_refused(shop: Shop, change):
    assert code(shop.refund(shop.paid(), **change)) == (400, "INVALID_REQUEST")


def test_what_is_not_paid_or_not_there_is_not_refunded(shop: Shop):
    assert code(shop.refund(shop.open())) == (400, "INVALID_REQUEST")
    assert code(shop.refund("nobody")) == (404, "RESOURCE_NOT_EXISTS")
    assert shop.refunded("nothing")["code"] == "RESOURCE_NOT_EXISTS"


def test_an_order_has_fifty_partial_refunds_at_most(shop: Shop):
    number = shop.paid()
    for _ in range(50):
        assert shop.refund(number, 1).status_code == 200

    assert code(shop.refund(number, 1)) == (400, "INVALID_REQUEST")


def test_after_a_year_nothing_is_refunded(shop: Shop):
    number = shop.paid()
    shop.simulator.advance(YEAR - 60)
    assert shop.refund(number, 100).status_code == 200
    shop.simulator.advance(120)
    assert code(shop.refund(number, 100)) == (400, "INVALID_REQUEST")


def test_an_empty_purse_refuses_and_the_same_number_works_once_it_is_filled(shop: Shop):
    number = shop.paid()
    shop.simulator.do("/balance", balance=100)
    assert code(shop.refund(number, out_refund_no=f"r{number}")) == (403, "NOT_ENOUGH")
    shop.simulator.do("/balance", balance=1600)
    assert shop.refund(number, out_refund_no=f"r{number}").status_code == 200
    assert shop.simulator.look("/merchant")["balance"] == 10


def test_a_payment_and_its_refund_leave_the_purse_as_it_was(shop: Shop):
    before = shop.simulator.look("/merchant")["balance"]
    number = shop.paid()
    assert shop.simulator.look("/merchant")["balance"] == before + 1600 - 10
    for part in (333, 333, 934):
        shop.refund(number, part)
    assert shop.simulator.look("/merchant")["balance"] == before


def test_an_amount_in_11_lacks_money_until_the_purse_is_filled(shop: Shop):
    number = shop.paid(amount={"total": 1611, "currency": "CNY"})
    for _ in range(2):
        assert code(shop.refund(number, 1611, 1611)) == (403, "NOT_ENOUGH")
    shop.simulator.do("/balance", balance=10_000)
    assert shop.refund(number, 1611, 1611).status_code == 200


def test_an_amount_in_10_is_in_process_until_asked_three_times(shop: Shop):
    number = shop.paid(amount={"total": 1610, "currency": "CNY"})
    refund = shop.refund(number, 1610, 1610).json()["out_refund_no"]
    shop.simulator.advance(86_400)

    assert [shop.refunded(refund)["status"] for _ in range(4)] == ["PROCESSING", "PROCESSING", "SUCCESS", "SUCCESS"]


def test_an_amount_in_09_is_abnormal_and_helped_by_another_way(shop: Shop, merchant):
    number = shop.paid(amount={"total": 1609, "currency": "CNY"})
    refund = shop.refund(number, 1609, 1609, notify_url=merchant.url).json()
    assert done(shop, refund["out_refund_no"])["status"] == "ABNORMAL"

    target = f"/v3/refund/domestic/refunds/{refund['refund_id']}/apply-abnormal-refund"
    helped = shop.call("POST", target, {"out_refund_no": refund["out_refund_no"], "type": "MERCHANT_BANK_CARD"})

    assert helped.json()["status"] == "PROCESSING"
    assert done(shop, refund["out_refund_no"])["channel"] == "OTHER_BALANCE"
    assert [body["event_type"] for body in merchant.bodies(3)[1:]] == ["REFUND.ABNORMAL", "REFUND.SUCCESS"]
    assert code(
        shop.call("POST", target, {"out_refund_no": refund["out_refund_no"], "type": "MERCHANT_BANK_CARD"})
    ) == (
        400,
        "INVALID_REQUEST",
    )


def test_a_bank_card_is_sealed_for_the_platform(shop: Shop):
    number = shop.paid(amount={"total": 1609, "currency": "CNY"})
    refund = shop.refund(number, 1609, 1609).json()
    done(shop, refund["out_refund_no"])
    key = load_pem_public_key(shop.info["public_key"].encode())
    sealed = base64.b64encode(key.encrypt(b"6225", OAEP(MGF1(SHA1()), SHA1(), None))).decode()
    target = f"/v3/refund/domestic/refunds/{refund['refund_id']}/apply-abnormal-refund"
    body = {
        "out_refund_no": refund["out_refund_no"],
        "type": "USER_BANK_CARD",
        "bank_type": "CMB_DEBIT",
        "bank_account": sealed,
        "real_name": sealed,
    }
    serial = {"Wechatpay-Serial": shop.info["public_key_id"]}

    assert code(shop.call("POST", target, body)) == (400, "PARAM_ERROR")
    assert code(shop.call("POST", target, body | {"real_name": "张三"}, headers=serial)) == (400, "PARAM_ERROR")
    answer = shop.call("POST", target, body, headers=serial)
    assert (answer.status_code, answer.json()["channel"]) == (200, "OTHER_BANKCARD")


def test_a_refund_in_the_console_is_told_and_found(shop: Shop, merchant):
    number = shop.paid()
    made = shop.simulator.do("/console/refund", reference=number, amount=600, notify_url=merchant.url)
    shop.simulator.advance(2)

    assert shop.refunded(made["out_refund_no"])["amount"]["refund"] == 600
    told = shop.inside(merchant.wait(2)[1])
    assert (told["out_refund_no"], told["refund_status"]) == (made["out_refund_no"], "SUCCESS")


def test_a_coupon_goes_back_in_its_share(shop: Shop):
    shop.simulator.plan({"fault": "coupon"})
    amount = shop.refund(shop.paid(), 800).json()["amount"]

    assert (amount["payer_refund"], amount["discount_refund"]) == (720, 80)
