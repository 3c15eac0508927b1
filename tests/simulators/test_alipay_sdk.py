"""The judge: ``python-alipay-sdk`` talks to the simulator and verifies what it signs, by keys and by certificates."""

import io
import urllib.request
import zipfile
from datetime import datetime
from urllib.parse import parse_qsl

import alipay as sdk
import httpx
import pytest
from alipay.exceptions import AliPayException, AliPayValidationError

from tests.simulators.alipay_sides import MODULE, fields, number
from tests.simulators.sides import started

pytestmark = [
    pytest.mark.stack,
    pytest.mark.filterwarnings("ignore:X509:DeprecationWarning"),  # the SDK's own
]
MODES = ["key", "certificate"]


@pytest.fixture(scope="module")
def process():
    with started(MODULE) as steered:
        steered.do("/calls", get=True)
        yield steered


@pytest.fixture(params=MODES)
def judge(request, process, merchant, monkeypatch):
    """The SDK asks by GET and writes the time of its host: it gets the simulator's, in Beijing."""

    class Clock:
        @staticmethod
        def now() -> datetime:
            return datetime.fromisoformat(process.look("/clock")["beijing"])

    process.web.delete("/faults")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(sdk, "datetime", Clock)
    merchant.always, merchant.said = 200, b"success"
    own = process.look("/merchant")[request.param]
    client = by_key(own, merchant.url) if request.param == "key" else by_certificate(own, merchant.url)
    client._gateway = f"{process.url}/gateway.do"
    return client


def by_key(own, notify_url: str):
    return sdk.AliPay(
        appid=own["app_id"],
        app_notify_url=notify_url,
        app_private_key_string=own["app_private_key"],
        alipay_public_key_string=own["alipay_public_key"],
    )


def by_certificate(own, notify_url: str):
    return sdk.DCAliPay(
        appid=own["app_id"],
        app_notify_url=notify_url,
        app_private_key_string=own["app_private_key"],
        app_public_key_cert_string=own["app_certificate"],
        alipay_public_key_cert_string=own["alipay_certificate"],
        alipay_root_cert_string=own["alipay_root_certificate"],
    )


def test_a_code_is_scanned_paid_asked_about_and_refunded(judge, process):
    reference = number()
    made = judge.api_alipay_trade_precreate("护照换发", reference, "16.00")
    unscanned = judge.api_alipay_trade_query(reference)
    process.do("/payer/scan", code=made["qr_code"])
    begun = judge.api_alipay_trade_query(reference)
    process.do("/payer/confirm", code=made["qr_code"])
    paid = judge.api_alipay_trade_query(reference)
    refunded = judge.api_alipay_trade_refund("6.00", trade_no=paid["trade_no"], out_request_no="r1")
    refund = judge.api_alipay_trade_fastpay_refund_query("r1", out_trade_no=reference)

    assert made["qr_code"].startswith("https://qr.alipay.com/")
    assert (unscanned["code"], unscanned["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST")
    assert [begun["trade_status"], paid["trade_status"]] == ["WAIT_BUYER_PAY", "TRADE_SUCCESS"]
    assert (paid["total_amount"], paid["out_trade_no"]) == ("16.00", reference)
    assert (refunded["fund_change"], refunded["refund_fee"]) == ("Y", "6.00")
    assert (refund["refund_status"], refund["refund_amount"]) == ("REFUND_SUCCESS", "6.00")


def test_a_begun_trade_is_closed_and_another_cancelled(judge, process):
    first, second = number(), number()
    for reference in (first, second):
        judge.api_alipay_trade_precreate("护照换发", reference, "16.00")
        process.do("/payer/scan", reference=reference)

    assert judge.api_alipay_trade_close(first)["code"] == "10000"
    assert judge.api_alipay_trade_query(first)["trade_status"] == "TRADE_CLOSED"
    assert judge.api_alipay_trade_cancel(second)["action"] == "close"


def test_the_order_string_for_the_app_begins_a_trade_on_the_phone(judge, process):
    reference = number()
    order_string = judge.api_alipay_trade_app_pay("Visa", reference, "60.00")
    assert judge.api_alipay_trade_query(reference)["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    process.do("/payer/pay", code=order_string)

    assert judge.api_alipay_trade_query(reference)["trade_status"] == "TRADE_SUCCESS"


def test_the_signed_address_opens_a_page_and_the_way_back_is_signed(judge, process):
    reference, back = number(), "https://shop.example/back"
    query = judge.api_alipay_trade_wap_pay(
        "Visa", reference, "60.00", return_url=back, product_code="QUICK_WAP_WAY", quit_url="https://shop.example/"
    )
    entered = httpx.get(f"{judge._gateway}?{query}", trust_env=False)
    page = f"{process.url}{entered.headers['Location']}"
    shown = httpx.get(page, trust_env=False).text
    pressed = httpx.post(page, data={"action": "pay"}, trust_env=False)
    address, _, returned = pressed.headers["Location"].partition("?")
    said = dict(parse_qsl(returned))
    sign = said.pop("sign")

    assert "60.00" in shown
    assert address == back
    assert judge.verify(dict(said), sign)
    assert not judge.verify({**said, "total_amount": "6.00"}, sign)
    assert judge.api_alipay_trade_query(reference)["trade_status"] == "TRADE_SUCCESS"


def test_a_notice_is_verified_and_one_changed_byte_of_it_is_not(judge, process, merchant):
    reference = number()
    judge.api_alipay_trade_precreate("护照换发", reference, "16.00", body="第一本 100%")
    process.pay(reference)
    said = fields(merchant.wait()[0][1])
    sign = said.pop("sign")

    assert judge.verify(dict(said), sign)
    for name in said.keys() - {"sign_type"}:
        assert not judge.verify({**said, name: said[name][:-1] + chr(ord(said[name][-1]) ^ 1)}, sign), name


def test_one_changed_byte_of_an_answer_is_refused_by_the_judge(judge, monkeypatch):
    def changed(url, **more):
        content = urllib.request.urlopen(url, **more).read()
        return io.BytesIO(content.replace(b"TRADE_NOT_EXIST", b"TRADE_NOT_EXISU"))

    monkeypatch.setattr(sdk, "urlopen", changed)
    with pytest.raises(AliPayValidationError):
        judge.api_alipay_trade_query("nobody")


def test_one_changed_byte_of_what_the_judge_signed_is_refused_by_the_simulator(judge, process):
    order_string = judge.api_alipay_trade_app_pay("Visa", number(), "60.00")
    changed = order_string.replace("60.00", "61.00")
    answer = process.web.post("/payer/scan", json={"code": changed})

    assert changed != order_string
    assert (answer.status_code, answer.json()) == (400, {"error": "isv.invalid-signature"})


@pytest.mark.parametrize("fault", ["wrong_signature", "no_signature", "unknown_serial"])
def test_what_is_badly_signed_is_refused_by_the_judge(judge, process, fault):
    process.plan({"fault": fault, "route": "query"})

    with pytest.raises((AliPayValidationError, AliPayException)):
        judge.api_alipay_trade_query("nobody")
    assert judge.api_alipay_trade_query("nobody")["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_a_bill_is_downloaded(judge, process):
    reference = number()
    judge.api_alipay_trade_precreate("护照换发", reference, "16.00")
    process.pay(reference)
    day = process.look("/clock")["beijing"][:10]
    process.advance(33 * 3600)
    method = "alipay.data.dataservice.bill.downloadurl.query"
    said = judge.server_api(method, {"bill_type": "trade", "bill_date": day})
    content = httpx.get(said["bill_download_url"], trust_env=False).content

    with zipfile.ZipFile(io.BytesIO(content), metadata_encoding="gbk") as bundle:
        assert reference in bundle.read(bundle.namelist()[0]).decode("gbk")


def test_the_numbers_of_certificates_are_those_of_the_judge(process):
    own = process.look("/merchant")["certificate"]
    judge = by_certificate(own, "")

    assert judge.app_cert_sn == own["app_cert_sn"]
    assert judge.alipay_root_cert_sn == own["alipay_root_cert_sn"]
    assert judge.get_cert_sn(own["alipay_certificate"]) == own["alipay_cert_sn"]
    assert len(judge.read_pem_cert_chain(own["alipay_root_certificate"])) == 2
