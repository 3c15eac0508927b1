"""What the simulated Alipay refuses, each with its own code, and how it says so."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from tests.simulators.alipay_sides import APP, BILL, MODULE, PRECREATE, QUERY, REFUND, WAP, Shop, joined, number, raw
from tests.simulators.sides import ROOT, started

pytestmark = pytest.mark.stack
ORDER = {"total_amount": "16.00", "subject": "护照换发"}
WAP_ORDER = {**ORDER, "product_code": "QUICK_WAP_WAY", "quit_url": "https://shop.example/"}


@pytest.fixture(scope="module")
def process():
    with started(MODULE) as steered:
        yield steered


@pytest.fixture
def shop(process) -> Shop:
    process.web.delete("/faults")
    return Shop(process)


@pytest.fixture
def certified(process) -> Shop:
    return Shop(process, "certificate")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"method": None}, "isv.missing-method"),
        ({"method": "alipay.trade.order"}, "isv.invalid-method"),
        ({"method": "alipay.trade.pay"}, "isv.insufficient-isv-permissions"),
        ({"app_id": None}, "isv.missing-app-id"),
        ({"app_id": "2021000000000009"}, "isv.invalid-app-id"),
        ({"sign_type": None}, "isv.missing-signature-type"),
        ({"sign_type": "RSA"}, "isv.invalid-signature-type"),
        ({"timestamp": None}, "isv.missing-timestamp"),
        ({"timestamp": "2026-11-24T08:00:00"}, "isv.invalid-timestamp"),
        ({"timestamp": "2026-1-4 8:00:00"}, "isv.invalid-timestamp"),
        ({"version": None}, "isv.missing-version"),
        ({"version": "2.0"}, "isv.invalid-parameter"),
        ({"charset": None}, "isv.invalid-charset"),
        ({"charset": "gbk"}, "isv.invalid-charset"),
        ({"format": "xml"}, "isv.invalid-format"),
        ({"biz_content": None}, "isv.illegal-json"),
        ({"biz_content": "{"}, "isv.illegal-json"),
        ({"biz_content": "[]"}, "isv.illegal-json"),
        ({"notify_url": "shop.example/notices"}, "isv.invalid-parameter"),
        ({"notify_url": "https://shop.example/notices?order=1"}, "isv.invalid-parameter"),
        ({"notify_url": "http://["}, "isv.invalid-parameter"),
        ({"return_url": "https://shop.example/护照"}, "isv.invalid-parameter"),
        ({"nonce": "1"}, "isv.invalid-parameter"),
        ({"app_cert_sn": "0" * 32}, "isv.invalid-parameter"),
    ],
)
def test_a_wrong_public_parameter_is_refused_by_its_own_code(shop, change, code):
    assert shop.code(QUERY, {"out_trade_no": "nobody"}, **change) == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"app_cert_sn": None}, "isv.missing-app-cert-sn"),
        ({"alipay_root_cert_sn": None}, "isv.missing-alipay-root-cert-sn"),
        ({"app_cert_sn": "0" * 32}, "isv.invalid-app-cert-sn"),
        ({"alipay_root_cert_sn": "0" * 32}, "isv.invalid-alipay-root-cert-sn"),
    ],
)
def test_an_application_with_certificates_has_to_name_them(certified, change, code):
    assert certified.code(QUERY, {"out_trade_no": "nobody"}, **change) == code


@pytest.mark.parametrize(("hours", "code"), [(0, "ACQ.TRADE_NOT_EXIST"), (-8, "isv.invalid-timestamp")])
def test_the_time_is_that_of_beijing_and_not_of_greenwich(shop, hours, code):
    then = shop.now + timedelta(hours=hours)
    assert shop.code(QUERY, {"out_trade_no": "nobody"}, timestamp=f"{then:%Y-%m-%d %H:%M:%S}") == code


def test_every_byte_of_a_call_is_under_its_signature(shop):
    params = shop.params(QUERY, {"out_trade_no": "nobody"})
    for name in ("biz_content", "timestamp", "app_id", "sign"):
        value = params[name]
        place = len(value) // 2
        changed = {**params, name: value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]}
        said = shop.read(QUERY, shop.send(changed))
        assert said["sub_code"] == ("isv.invalid-app-id" if name == "app_id" else "isv.invalid-signature"), name


def test_the_signature_covers_its_own_type_and_nothing_that_is_empty(shop):
    params = {**shop.params(QUERY, {"out_trade_no": "nobody"}), "return_url": ""}
    untyped = {name: value for name, value in params.items() if name not in {"sign", "sign_type"}}

    assert shop.read(QUERY, shop.send(params))["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert shop.read(QUERY, shop.send({**params, "sign": shop.sign(joined(untyped))}))["sub_code"] == (
        "isv.invalid-signature"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"total_amount": 16},
        {"total_amount": 16.0},
        {"total_amount": "16"},
        {"total_amount": "16.0"},
        {"total_amount": "016.00"},
        {"total_amount": "1600,00"},
        {"total_amount": "-16.00"},
        {"total_amount": "１６.00"},
        {"total_amount": "0.00"},
        {"out_trade_no": "a-b"},
        {"out_trade_no": "a" * 65},
        {"out_trade_no": ""},
        {"out_trade_no": 1},
        {"subject": ""},
        {"subject": "字" * 257},
        {"subject": "a=b"},
        {"subject": "\ud800"},
        {"subject": "two\nlines"},
        {"body": "字" * 129},
        {"timeout_express": "90"},
        {"timeout_express": "16d"},
        {"timeout_express": "0m"},
        {"time_expire": "2020-01-01 00:00:00"},
        {"time_expire": "2030-01-01T00:00:00"},
        {"passback_params": "x" * 513},
        {"product_code": "QUICK_WAP_WAY"},
        {"currency": "CNY"},
        {"\ud800": "x"},
    ],
    ids=repr,
)
def test_an_order_with_a_wrong_or_unknown_field_is_refused(shop, change):
    content = json.dumps({"out_trade_no": number(), **ORDER, **change})
    assert shop.code(PRECREATE, {}, biz_content=content) == "ACQ.INVALID_PARAMETER"


@pytest.mark.parametrize("name", ["out_trade_no", "total_amount", "subject"])
def test_an_order_without_a_needed_field_is_refused(shop, name):
    biz = {"out_trade_no": number(), **ORDER}
    del biz[name]
    assert shop.code(PRECREATE, biz) == "ACQ.INVALID_PARAMETER"


def test_an_order_of_too_much_is_refused(shop):
    assert shop.code(PRECREATE, {"out_trade_no": number(), **ORDER, "total_amount": "100000000.01"}) == (
        "ACQ.TOTAL_FEE_EXCEED"
    )


@pytest.mark.parametrize(
    ("method", "biz"),
    [
        (QUERY, {}),
        (QUERY, {"trade_no": "1"}),
        (REFUND, {"out_trade_no": "a"}),
        (REFUND, {"out_trade_no": "a", "refund_amount": "1"}),
        (REFUND, {"out_trade_no": "a", "refund_amount": "1.00", "out_request_no": ""}),
        (BILL, {"bill_type": "trade"}),
        (BILL, {"bill_type": "all", "bill_date": "2026-11-24"}),
        (BILL, {"bill_type": "trade", "bill_date": "20261124"}),
        (BILL, {"bill_type": "trade", "bill_date": "2026-13"}),
    ],
)
def test_a_question_with_a_wrong_field_is_refused(shop, method, biz):
    assert shop.code(method, biz) == "ACQ.INVALID_PARAMETER"


def test_a_field_said_twice_and_a_body_that_is_no_form_are_refused(shop):
    params = shop.params(QUERY, {"out_trade_no": "nobody"})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    twice = shop.web.post("/gateway.do", content=urlencode(params) + "&version=1.0", headers=form)
    no_form = shop.web.post("/gateway.do", json=params)

    assert twice.json()["error_response"]["sub_code"] == "isv.invalid-parameter"
    assert no_form.json()["error_response"]["sub_code"] == "isv.invalid-content-type"


def test_a_call_by_get_would_show_personal_data_in_addresses_and_is_refused_until_allowed(shop):
    params = shop.params(QUERY, {"out_trade_no": "nobody"})
    try:
        refused = shop.web.get("/gateway.do", params=params)
        shop.simulator.do("/calls", get=True)
        allowed = shop.web.get("/gateway.do", params=params)
    finally:
        shop.simulator.do("/calls", get=False)

    assert (refused.status_code, refused.content) == (405, b"")
    assert shop.read(QUERY, allowed)["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_the_order_string_is_not_for_the_gateway(shop):
    biz = {"out_trade_no": number(), **ORDER}
    assert shop.code(APP, biz) == "isv.invalid-method"


def test_what_the_gateway_refuses_is_not_signed_and_what_the_business_refuses_is(shop):
    unknown = shop.send(shop.params("alipay.trade.order", {})).json()
    unsigned = shop.send(shop.params(QUERY, {}, charset="gbk")).json()
    signed = shop.send(shop.params(QUERY, {"out_trade_no": "nobody"})).json()

    assert set(unknown) == {"error_response"}
    assert set(unsigned) == {"alipay_trade_query_response"}
    assert set(signed) == {"alipay_trade_query_response", "sign"}
    assert signed["alipay_trade_query_response"]["code"] == "40004"


def test_an_answer_under_certificates_names_the_one_that_signed(certified):
    said = certified.send(certified.params(QUERY, {"out_trade_no": "nobody"})).json()
    assert said["alipay_cert_sn"] == certified.own["alipay_cert_sn"]


def test_the_signature_is_over_the_raw_node_with_its_escaped_solidus(shop):
    answer = shop.send(shop.params(PRECREATE, {"out_trade_no": number(), **ORDER}))
    node = raw(answer.content, "alipay_trade_precreate_response")

    assert rb"https:\/\/qr.alipay.com\/bax" in node
    assert shop.has_signed(node, answer.json()["sign"])
    assert not shop.has_signed(node.replace(rb"\/", b"/"), answer.json()["sign"])


def test_braces_in_a_text_are_a_part_of_the_node_like_any_other(shop):
    reference = shop.paid(passback_params="}{{")
    assert shop.call(QUERY, {"out_trade_no": reference})["passback_params"] == "}{{"


@pytest.mark.parametrize(
    ("biz", "code"),
    [
        ({"product_code": "QUICK_WAP_PAY"}, "ACQ.INVALID_PARAMETER"),
        ({"quit_url": "javascript:alert(1)"}, "ACQ.INVALID_PARAMETER"),
        ({"quit_url": "https://shop.example;script-src/"}, "ACQ.INVALID_PARAMETER"),
        ({"total_amount": "16"}, "ACQ.INVALID_PARAMETER"),
    ],
)
def test_a_wrong_page_call_shows_the_payer_a_page(shop, biz, code):
    answer = shop.send(shop.params(WAP, {"out_trade_no": number(), **WAP_ORDER, **biz}))

    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/html; charset=utf-8")
    assert code in answer.text


@pytest.mark.parametrize("path", ["/", "/gateway", "/cashier/nothing", "/downloads"])
def test_the_data_port_knows_no_other_address(shop, path):
    assert shop.web.get(path).status_code == 404


def test_keys_survive_a_restart_and_are_for_their_owner_alone(tmp_path):
    with started(MODULE, "--state", str(tmp_path)) as first:
        before = first.look("/merchant")
        rotated = first.do("/keys/rotate", key="app")
    with started(MODULE, "--state", str(tmp_path)) as second:
        after = second.look("/merchant")

    assert after == rotated
    assert after["certificate"]["app_cert_sn"] != before["certificate"]["app_cert_sn"]
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "keys").glob("*.key")} == {0o600}


def test_the_old_key_of_the_company_signs_nothing_after_a_rotation_and_its_new_certificate_can_be_fetched(process):
    before = Shop(process, "certificate")
    process.do("/keys/rotate")
    after = Shop(process, "certificate")
    method = "alipay.open.app.alipaycert.download"
    content = before.send(before.params(QUERY, {"out_trade_no": "nobody"})).content
    fetched = after.call(method, {"alipay_cert_sn": after.own["alipay_cert_sn"]})
    node, sign = raw(content, "alipay_trade_query_response"), json.loads(content)["sign"]

    assert (before.has_signed(node, sign), after.has_signed(node, sign)) == (False, True)
    assert fetched["alipay_cert_content"]
    assert after.code(method, {"alipay_cert_sn": "0" * 32}) == "ACQ.INVALID_PARAMETER"


def test_the_merchants_old_key_stays_good_after_a_rotation(process):
    before = Shop(process), Shop(process, "certificate")
    process.do("/keys/rotate", key="app")

    for shop in (*before, Shop(process), Shop(process, "certificate")):
        assert shop.code(QUERY, {"out_trade_no": "nobody"}) == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.parametrize(
    ("path", "asked", "error"),
    [
        ("/keys/rotate", {"key": "root"}, "wrong_key"),
        ("/balance", {"balance": -1}, "wrong_balance"),
        ("/calls", {"get": 1}, "no_such_address"),
        ("/console/refund", {"reference": "nobody", "amount": 1}, "no_such_order"),
        ("/payer/scan", {"code": "a=1&sign=x"}, "isv.missing-method"),
        ("/faults", {"rules": [{"fault": "bill_bom"}]}, "unknown_fault"),
        ("/faults", {"rules": [{"fault": "notice_signtest"}]}, "unknown_fault"),
    ],
)
def test_what_the_control_port_cannot_do_it_refuses(process, path, asked, error):
    answer = process.web.post(path, json=asked)
    assert answer.status_code >= 400
    assert answer.json() == {"error": error}


def test_the_simulator_needs_nothing_of_the_product():
    code = (
        f"import sys, {MODULE}.gateway; print(*(name for name in sys.modules if name in {{'django', 'apps', 'httpx'}}))"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == ""
