"""What WeChat Pay refuses, one mistake at a time."""

import json
import secrets
from typing import Any

import pytest

from tests.simulators.wechat import Shop, code

pytestmark = pytest.mark.stack
NATIVE = "/v3/pay/transactions/native"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"surprise": 1}, "/surprise"),
        ({"amount": {"total": 16.0, "currency": "CNY"}}, "/amount/total"),
        ({"amount": {"total": "1600", "currency": "CNY"}}, "/amount/total"),
        ({"amount": {"total": True, "currency": "CNY"}}, "/amount/total"),
        ({"amount": {"total": 0, "currency": "CNY"}}, "/amount/total"),
        ({"amount": {"total": -1, "currency": "CNY"}}, "/amount/total"),
        ({"amount": {"total": 1600, "currency": "EUR"}}, "/amount/currency"),
        ({"amount": {"total": 1600, "tip": 1}}, "/amount/tip"),
        ({"amount": None}, "/amount"),
        ({"out_trade_no": "short"}, "/out_trade_no"),
        ({"out_trade_no": "x" * 33}, "/out_trade_no"),
        ({"out_trade_no": "with space"}, "/out_trade_no"),
        ({"out_trade_no": "订单号订单号"}, "/out_trade_no"),
        ({"description": ""}, "/description"),
        ({"description": "x" * 128}, "/description"),
        ({"attach": "x" * 129}, "/attach"),
        ({"notify_url": "http://127.0.0.1/notices?order=1"}, "/notify_url"),
        ({"notify_url": "ftp://127.0.0.1/"}, "/notify_url"),
        ({"notify_url": "http://[/"}, "/notify_url"),
        ({"notify_url": None}, "/notify_url"),
        ({"time_expire": "2099-01-01T00:00:00Z"}, "/time_expire"),
        ({"time_expire": "2099-01-01T00:00:00+00:00"}, "/time_expire"),
        ({"time_expire": "2099-01-01 00:00:00"}, "/time_expire"),
        ({"time_expire": "2099-13-01T00:00:00+08:00"}, "/time_expire"),
        ({"time_expire": "2020-01-01T00:00:00+08:00"}, "/time_expire"),
        ({"mchid": "1999999999"}, "/mchid"),
        ({"settle_info": {"profit_sharing": "yes"}}, "/settle_info/profit_sharing"),
    ],
)
def test_a_wrong_field_is_named(shop: Shop, change: dict[str, Any], field: str):
    answer = shop.call("POST", NATIVE, shop.order(**change))

    assert code(answer) == (400, "PARAM_ERROR")
    assert answer.json()["detail"]["field"] == field
    assert shop.is_genuine(answer.headers, answer.content)


@pytest.mark.parametrize(("kind", "field"), [("jsapi", "/payer"), ("h5", "/scene_info")])
def test_each_way_to_pay_asks_for_its_own(shop: Shop, kind: str, field: str):
    answer = shop.call("POST", f"/v3/pay/transactions/{kind}", shop.order())

    assert answer.json()["detail"]["field"] == field


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", b'{"a": NaN}', b'{"mchid": "1", "mchid": "1"}', b"[" * 9999]
)
def test_a_body_that_is_no_json_object_is_refused(shop: Shop, body: bytes):
    assert code(shop.call("POST", NATIVE, body=body)) == (400, "PARAM_ERROR")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept", "text/html"),
        ("User-Agent", None),
        ("User-Agent", ""),
        ("Content-Type", "text/plain"),
        ("Content-Type", None),
        ("Wechatpay-Serial", "PUB_KEY_ID_0"),
    ],
)
def test_a_wrong_header_is_refused(shop: Shop, name: str, value: str | None):
    answer = shop.call("POST", NATIVE, shop.order(), headers={name: value})

    assert code(answer) == (400, "PARAM_ERROR")
    assert answer.json()["detail"] | {"issue": ""} == {"field": name, "location": "header", "issue": ""}


@pytest.mark.parametrize(
    "other",
    [
        {"mchid": "1999999999"},
        {"serial_no": "00"},
        {"signature": ""},
        {"signature": "AAAA"},
        {"timestamp": "soon"},
        {"timestamp": "0"},
        {"nonce_str": ""},
        {"extra": "1"},
    ],
)
def test_a_wrong_authorization_is_refused_and_the_refusal_is_not_signed(shop: Shop, other: dict[str, str]):
    answer = shop.call("POST", NATIVE, shop.order(), **other)

    assert code(answer) == (401, "SIGN_ERROR")
    assert "Wechatpay-Signature" not in answer.headers


def test_nothing_works_without_authorization(shop: Shop):
    for header in (None, "Basic abc", "WECHATPAY2-SHA256-RSA2048 garbage"):
        assert code(shop.call("GET", "/v3/certificates", headers={"Authorization": header})) == (401, "SIGN_ERROR")


@pytest.mark.parametrize(("seconds", "status"), [(-400, 401), (-200, 200), (200, 200), (400, 401)])
def test_a_clock_may_be_five_minutes_off(shop: Shop, seconds: int, status: int):
    assert shop.call("POST", NATIVE, shop.order(), timestamp=shop.time(seconds)).status_code == status


def test_a_nonce_is_good_once(shop: Shop):
    nonce = secrets.token_hex(16)

    assert shop.call("GET", "/v3/certificates", nonce_str=nonce).status_code == 200
    assert code(shop.call("GET", "/v3/certificates", nonce_str=nonce)) == (401, "SIGN_ERROR")


def test_one_flipped_byte_anywhere_in_a_request_is_refused(shop: Shop):
    body = json.dumps(shop.order()).encode()
    signed = {"Authorization": shop.authorization("POST", NATIVE, body)}
    for place in range(0, len(body), 9):
        flipped = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        assert code(shop.call("POST", NATIVE, body=flipped, headers=signed)) == (401, "SIGN_ERROR")
    assert code(shop.call("POST", "/v3/pay/transactions/app", body=body, headers=signed)) == (401, "SIGN_ERROR")
    assert shop.call("POST", NATIVE, body=body, headers=signed).status_code == 200


def test_an_application_of_somebody_else_is_refused(shop: Shop):
    assert code(shop.call("POST", NATIVE, shop.order(appid="wx0000"))) == (400, "APPID_MCHID_NOT_MATCH")


def test_an_unknown_address_or_method_is_refused(shop: Shop):
    assert shop.call("GET", "/v3/nothing").status_code == 404
    assert shop.call("GET", NATIVE).status_code == 404


def test_domestic_and_cross_border_do_not_mix(shop: Shop):
    abroad = Shop(shop.simulator, shop.simulator.do("/merchants", profile="cross_border", currency="EUR"))

    assert code(shop.call("POST", "/v3/global/transactions/native", shop.order())) == (403, "NO_AUTH")
    assert code(abroad.call("POST", NATIVE, abroad.order())) == (403, "NO_AUTH")


@pytest.mark.parametrize("query", ["", "?mchid=1999999999", "?mchid={mchid}&more=1"])
def test_a_query_says_whose_order_it_is_and_no_more(shop: Shop, query: str):
    number = shop.open()
    target = f"/v3/pay/transactions/out-trade-no/{number}{query.format(mchid=shop.mchid)}"

    assert code(shop.call("GET", target)) == (400, "PARAM_ERROR")


def test_an_order_of_another_merchant_does_not_exist(shop: Shop):
    number = shop.open()
    other = Shop(shop.simulator, shop.simulator.do("/merchants"))

    assert code(other.close(number)) == (404, "ORDER_NOT_EXIST")
    assert other.query(number)["code"] == "ORDER_NOT_EXIST"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": "x" * 81}, "/reason"),
        ({"out_refund_no": "空"}, "/out_refund_no"),
        ({"amount": {"refund": 1, "total": 1600}}, "/amount/currency"),
        ({"amount": {"refund": 0, "total": 1600, "currency": "CNY"}}, "/amount/refund"),
        ({"transaction_id": "4200"}, "/transaction_id"),
        ({"notify_url": "http://127.0.0.1/?a"}, "/notify_url"),
        ({"mchid": "1900000109"}, "/mchid"),
    ],
)
def test_a_wrong_refund_is_refused(shop: Shop, change: dict[str, Any], field: str):
    answer = shop.refund(shop.paid(), **change)

    assert code(answer) == (400, "PARAM_ERROR")
    assert answer.json()["detail"]["field"] == field
