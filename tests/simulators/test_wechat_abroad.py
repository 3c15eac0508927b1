"""The cross-border profile: priced in the currency of the post, paid in yuan."""

import hashlib
from datetime import datetime

import pytest

from deploy.simulators.gateway.clock import beijing
from tests.simulators.wechat import HEADERS, Shop, code

pytestmark = pytest.mark.stack
NATIVE = "/v3/global/transactions/native"
COLUMNS = "交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,充值券币种,充值券金额,优惠券币种,优惠券金额,微信退款单号,商户退款单号,退款类型,退款状态,商品名称,商户数据包,手续费,费率,标价币种,订单金额(标价币种),用户支付币种,用户支付金额,结算币种,应结订单金额,支付汇率,退款汇率,申请退款金额,用户退款币种,用户退款金额,退款结算币种,退款应结订单金额,充值券退款金额,优惠券退款金额"


class Abroad(Shop):
    def order(self, **changes):
        return super().order(**({"trade_type": "NATIVE", "merchant_category_code": "9399"} | changes))

    def open(self, **changes) -> str:
        order = self.order(**changes)
        answer = self.call("POST", NATIVE, order)
        assert answer.status_code == 200, answer.text
        return order["out_trade_no"]

    def query(self, number: str):
        return self.call("GET", f"/v3/global/transactions/out-trade-no/{number}?mchid={self.mchid}").json()

    def refund(self, number: str, refund: int = 1600, total: int = 1600, **changes):
        body = {
            "mchid": self.mchid,
            "out_trade_no": number,
            "out_refund_no": f"back{number}",
            "amount": {"refund": refund, "total": total, "currency": self.info["currency"]},
        } | changes
        return self.call("POST", "/v3/global/refunds", body)


@pytest.fixture(scope="module")
def registered(wechat_process):
    return wechat_process.do("/merchants", profile="cross_border", currency="EUR")


@pytest.fixture
def abroad(wechat, registered, merchant) -> Abroad:
    wechat.do("/balance", mchid=registered["mchid"], balance=10_000_000)
    wechat.do("/rates", EUR=770_000_000)
    return Abroad(wechat, registered, merchant.url)


def test_a_payment_tells_both_currencies_and_the_rate(abroad: Abroad, merchant):
    number = abroad.paid()
    told = abroad.query(number)

    assert told["amount"] == {
        "total": 1600,
        "currency": "EUR",
        "payer_total": 12320,
        "payer_currency": "CNY",
        "exchange_rate": {"type": "SETTLEMENT_RATE", "rate": 770_000_000},
    }
    assert "transaction_id" not in told
    assert abroad.call("GET", f"/v3/global/transactions/id/{told['id']}?mchid={abroad.mchid}").json() == told
    assert abroad.inside(merchant.wait()[0]) == told


def test_a_refund_is_exact_in_the_price_and_at_the_new_rate_for_the_payer(abroad: Abroad):
    number = abroad.paid()
    abroad.simulator.do("/rates", EUR=780_000_000)
    made = abroad.refund(number).json()
    abroad.simulator.advance(2)
    target = f"/v3/global/refunds/out-refund-no/{made['out_refund_no']}?mchid={abroad.mchid}"
    ended = abroad.call("GET", target).json()

    assert (ended["status"], ended["amount"]["refund"], ended["amount"]["payer_refund"]) == ("SUCCESS", 1600, 12480)
    assert "refund_id" not in ended
    assert abroad.call("GET", f"/v3/global/refunds/id/{made['id']}?mchid={abroad.mchid}").json() == ended


def test_yen_have_no_smaller_unit(wechat, merchant):
    wechat.do("/rates", JPY=4_750_000)
    tokyo = Abroad(wechat, wechat.do("/merchants", profile="cross_border", currency="JPY"), merchant.url)
    number = tokyo.paid(amount={"total": 3000, "currency": "JPY"})

    assert tokyo.query(number)["amount"]["payer_total"] == 14250


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"trade_type": "APP"}, "/trade_type"),
        ({"merchant_category_code": None}, "/merchant_category_code"),
        ({"merchant_category_code": "939"}, "/merchant_category_code"),
        ({"amount": {"total": 1600, "currency": "CNY"}}, "/amount/currency"),
        ({"amount": {"total": 1600}}, "/amount/currency"),
        ({"time_start": "now"}, "/time_start"),
    ],
)
def test_a_wrong_field_is_named(abroad: Abroad, change, field: str):
    answer = abroad.call("POST", NATIVE, abroad.order(**change))

    assert code(answer) == (400, "PARAM_ERROR")
    assert answer.json()["detail"]["field"] == field


def test_closing_works_as_at_home(abroad: Abroad):
    number = abroad.open()
    answer = abroad.call("POST", f"/v3/global/transactions/out-trade-no/{number}/close", {"mchid": abroad.mchid})

    assert answer.status_code == 204
    assert abroad.query(number)["trade_state"] == "CLOSED"


def test_certificates_have_an_address_of_their_own(abroad: Abroad):
    (one,) = abroad.call("GET", "/v3/global/certificates").json()["data"][-1:]

    assert one["encrypt_certificate"]["associated_data"] == "certificate"


def test_an_institution_acts_for_its_own_sub_merchants_only(wechat, merchant):
    info = wechat.do("/merchants", profile="institution", currency="HKD", sub_mchids=["1900000777"])
    bank = Abroad(wechat, info, merchant.url)
    own = {"appid": None, "mchid": None, "sp_appid": bank.appid, "sp_mchid": bank.mchid, "sub_mchid": "1900000777"}
    number = bank.paid(**own)
    target = f"/v3/global/transactions/out-trade-no/{number}?sp_mchid={bank.mchid}&sub_mchid=1900000777"

    assert bank.call("GET", target).json()["sub_mchid"] == "1900000777"
    assert code(bank.call("POST", NATIVE, bank.order(**own | {"sub_mchid": "1900000778"}))) == (403, "NO_AUTH")


def test_a_statement_is_one_table_with_its_hash(wechat, merchant):
    abroad = Abroad(wechat, wechat.do("/merchants", profile="cross_border", currency="EUR"), merchant.url)
    wechat.do("/rates", EUR=770_000_000)
    number = abroad.paid()
    abroad.refund(number, 600)
    day = beijing(datetime.fromisoformat(wechat.look("/clock")["now"]))
    target = f"/v3/global/statements?date={day:%Y%m%d}&mchid={abroad.mchid}"
    assert code(abroad.call("GET", target)) == (400, "STATEMENT_CREATING")
    wechat.advance(36 * 3600)

    answer = abroad.call("GET", target, headers={"Accept-Encoding": "identity", **HEADERS})
    packed = abroad.call("GET", target, headers={"Accept-Encoding": "gzip", **HEADERS})
    header, paid, back, _ = answer.text.split("\r\n")

    assert header == COLUMNS
    assert hashlib.sha1(answer.content).hexdigest() == answer.headers["Wechatpay-Statement-Sha1"]
    assert (packed.headers["Content-Encoding"], packed.content) == ("gzip", answer.content)
    assert abroad.is_genuine(answer.headers, answer.headers["Wechatpay-Statement-Sha1"].encode())
    rows = [dict(zip(COLUMNS.split(","), line[1:].split(",`"), strict=True)) for line in (paid, back)]
    assert (rows[0]["订单金额(标价币种)"], rows[0]["用户支付金额"], rows[0]["支付汇率"]) == (
        "16.00",
        "123.20",
        "7.70000000",
    )
    assert (rows[1]["申请退款金额"], rows[1]["用户退款金额"], rows[1]["交易状态"]) == ("6.00", "46.20", "REFUND")


def test_what_is_settled_is_what_was_paid_less_refunds_and_fees(wechat, merchant):
    abroad = Abroad(wechat, wechat.do("/merchants", profile="cross_border", currency="EUR"), merchant.url)
    abroad.refund(abroad.paid(), 600)
    day = f"{beijing(datetime.fromisoformat(wechat.look('/clock')['now'])):%Y%m%d}"
    target = f"/v3/global/settle/settlements?mchid={abroad.mchid}&settle_state="
    settled = f"{target}SETTLED&settle_start_date={day}&settle_end_date={day}"

    assert len(abroad.call("GET", f"{target}UNSETTLE").json()["data"]) == 1
    assert abroad.call("GET", settled).json()["data"] == []
    wechat.advance(3 * 86_400)
    (one,) = abroad.call("GET", settled).json()["data"]
    assert (one["pay_amount"], one["refund_amount"], one["fee_amount"], one["settlement_amount"]) == (1600, 600, 6, 994)
