"""UnionPay's simulator, seen by a merchant that was written from the public protocol."""

import itertools
import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from deploy.simulators.unionpay import wire
from deploy.simulators.unionpay.keys import is_signed
from tests.simulators.sides import started
from tests.simulators.unionpay_merchant import Believed, Company, Shop, heard

pytestmark = pytest.mark.stack
APP, FRONT = "/gateway/api/appTransReq.do", "/gateway/api/frontTransReq.do"
BACK, QUERY = "/gateway/api/backTransReq.do", "/gateway/api/queryTrans.do"
VECTOR = json.loads((Path(__file__).parent / "vectors" / "unionpay.json").read_text())


@pytest.fixture(scope="module")
def company():
    with started("deploy.simulators.unionpay") as steered:
        yield Company(steered)


@pytest.fixture
def shop(company, merchant) -> Shop:
    merchant.always = 200
    company.steered.web.delete("/faults")
    return Shop(company, merchant.url)


def test_the_signed_text_and_a_signature_made_elsewhere_are_what_the_simulator_reads():
    fields = VECTOR["fields"] | {"signature": VECTOR["signature"]}
    key = load_pem_public_key(VECTOR["public_key"].encode())

    assert wire.signed_text(fields).decode() == VECTOR["digest"]
    assert is_signed(fields, key)
    for name in VECTOR["fields"]:
        assert not is_signed(fields | {name: fields[name] + "0"}, key), name


def test_an_order_is_opened_paid_told_and_asked_about(company, shop, merchant):
    asked, opened = shop.open(reqReserved="case 17", orderDesc="旅行证")
    assert opened["respCode"] == "00"
    assert re.fullmatch("[0-9]{20}", opened["tn"])
    assert shop.query(asked)["respCode"] == "34"

    company.steered.do("/payer/scan", code=opened["tn"])
    assert shop.query(asked)["origRespCode"] == "05"
    company.steered.do("/payer/confirm", code=opened["tn"])

    found = shop.query(asked)
    (_, body), *_ = merchant.wait()
    told = company.believe(heard(body))
    assert (found["respCode"], found["origRespCode"], found["txnAmt"]) == ("00", "00", "24500")
    assert (told["respCode"], told["txnType"], told["reqReserved"]) == ("00", "01", "case 17")
    same = ["orderId", "txnTime", "queryId", "settleDate", "traceNo", "traceTime", "currencyCode", "txnAmt"]
    assert [told[name] for name in same] == [found[name] for name in same]


@pytest.mark.parametrize("name", ["respCode", "tn", "txnTime", "signPubKeyCert"])
def test_one_flipped_byte_in_an_answer_is_refused(company, shop, name):
    _, opened = shop.open()
    value = opened[name]
    place = len(value) // 2
    flipped = value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]

    with pytest.raises(Believed):
        company.believe(opened | {name: flipped})


@pytest.mark.parametrize("name", ["txnAmt", "orderId", "backUrl", "txnTime"])
def test_one_flipped_byte_in_a_request_is_refused(company, shop, name):
    signed = company.sign(shop.purchase())
    flipped = signed[name][:-1] + chr(ord(signed[name][-1]) ^ 1)

    answer = company.send(APP, signed | {name: flipped}).content.decode()

    assert "respCode=11&" in answer


@pytest.mark.parametrize("fault", ["wrong_signature", "no_signature", "unknown_serial", "stale", "future"])
def test_an_answer_that_is_badly_signed_is_found_out(company, shop, fault):
    company.steered.plan({"fault": fault, "route": "query"})
    asked, _ = shop.open()

    with pytest.raises(Believed):
        shop.query(asked)
    assert shop.query(asked)["respCode"] == "34"


def test_a_certificate_that_vouches_for_itself_is_the_only_thing_wrong_with_a_strangers_answer(company, shop):
    company.steered.plan({"fault": "unknown_serial", "route": "query"})
    asked, _ = shop.open()

    with pytest.raises(Believed, match="self-signed"):
        shop.query(asked)


def test_a_new_leaf_is_believed_and_one_of_another_holder_is_not(company, shop):
    asked, _ = shop.open()
    company.steered.do("/keys/rotate")
    assert shop.query(asked)["respCode"] == "34"
    company.steered.do("/keys/rotate", holder="00040000:SIGN")
    with pytest.raises(Believed):
        shop.query(asked)
    company.steered.do("/keys/rotate")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"orderId": "-"}, "13"),
        ({"backUrl": "-"}, "13"),
        ({"currencyCode": "-"}, "13"),
        ({"certId": "-"}, "13"),
        ({"txnType": "-"}, "13"),
        ({"version": "5.0.0"}, "10"),
        ({"encoding": "GBK"}, "10"),
        ({"signMethod": "02"}, "10"),
        ({"txnSubType": "02"}, "10"),
        ({"bizType": "000000"}, "10"),
        ({"channelType": "06"}, "10"),
        ({"accessType": "1"}, "10"),
        ({"orderId": "CN-2026-0001"}, "10"),
        ({"orderId": "CN_20260001"}, "10"),
        ({"orderId": "CN12345"}, "10"),
        ({"orderId": "C" * 41}, "10"),
        ({"txnAmt": "16.00"}, "10"),
        ({"txnAmt": "0"}, "10"),
        ({"txnAmt": "-1600"}, "10"),
        ({"txnAmt": "01600"}, "10"),
        ({"currencyCode": "CNY"}, "10"),
        ({"currencyCode": "840"}, "10"),
        ({"txnTime": "2026-11-24 09:30:00"}, "10"),
        ({"txnTime": "20261324093000"}, "10"),
        ({"txnTime": "20200101000000"}, "10"),
        ({"payTimeout": "20200101000000"}, "10"),
        ({"backUrl": "https://shop.example/notices?order=1"}, "10"),
        ({"backUrl": "ftp://shop.example/notices"}, "10"),
        ({"frontUrl": "shop.example"}, "10"),
        ({"orderDesc": "x" * 33}, "10"),
        ({"colour": "red"}, "10"),
        ({"certId": "1"}, "11"),
        ({"merId": "777290058200002"}, "31"),
    ],
    ids=str,
)
def test_what_the_gateway_would_refuse_is_refused(company, shop, said, code):
    assert shop.company.ask(APP, shop.purchase(**said))["respCode"] == code


def test_an_hour_off_is_another_time_zone(company, shop):
    tokyo = company.time() + timedelta(hours=1)

    assert shop.open(txnTime=f"{tokyo:%Y%m%d%H%M%S}")[1]["respMsg"].endswith("[txnTime]")


@pytest.mark.parametrize(
    ("method", "path", "body", "content_type"),
    [
        ("GET", APP, b"", "application/x-www-form-urlencoded"),
        ("POST", APP, b'{"version": "5.1.0"}', "application/json"),
        ("POST", APP, b"version=5.1.0&version=5.1.0", "application/x-www-form-urlencoded"),
        ("POST", APP, b"version", "application/x-www-form-urlencoded"),
        ("POST", APP, b"version=%FF", "application/x-www-form-urlencoded"),
        ("POST", "/gateway/api/appTransReq", b"version=5.1.0", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_message_gets_no_signed_answer(company, method, path, body, content_type):
    answer = httpx.request(
        method,
        company.steered.url + path,
        content=body if method == "POST" else None,
        headers={"Content-Type": content_type},
        trust_env=False,
    )

    assert (answer.status_code, answer.text) == (400, "Invalid request.")


def test_the_same_number_and_time_is_a_duplicate_and_another_time_is_not(company, shop):
    asked, _ = shop.open()
    company.steered.advance(1)

    assert company.ask(APP, asked)["respCode"] == "12"
    assert company.ask(APP, shop.purchase(orderId=asked["orderId"]))["respCode"] == "00"


def test_an_unknown_order_and_another_query_number_are_unknown(company, shop):
    paid = shop.paid()

    assert shop.query(paid, txnTime="20260101000000")["respCode"] == "34"
    assert shop.query(paid, queryId="9" * 21)["respCode"] == "34"
    assert shop.query(paid, queryId=paid["queryId"])["respCode"] == "00"


def test_the_eleventh_question_in_a_minute_is_too_many(company, shop):
    asked, _ = shop.open()
    assert {shop.query(asked)["respCode"] for _ in range(10)} == {"34"}
    assert shop.query(asked)["respCode"] == "37"
    company.steered.advance(61)
    assert shop.query(asked)["respCode"] == "34"


def test_after_its_time_an_order_cannot_be_paid(company, shop):
    asked, _ = shop.open()
    company.steered.advance(3601)

    answer = company.steered.web.post("/payer/pay", json={"reference": asked["orderId"]})

    assert (answer.status_code, answer.json()) == (409, {"error": "not_payable"})


def test_an_amount_in_07_is_paid_after_its_time(company, shop):
    asked, _ = shop.open(24507)
    company.steered.advance(3601)
    company.steered.pay(asked["orderId"])

    assert shop.query(asked)["origRespCode"] == "00"


def test_a_declined_payment_has_failed_until_another_card_pays(company, shop, merchant):
    asked, _ = shop.open(24501)
    declined = company.steered.web.post("/payer/pay", json={"reference": asked["orderId"]})
    assert (declined.status_code, shop.query(asked)["origRespCode"]) == (402, "60")

    company.steered.web.delete("/faults")
    company.steered.pay(asked["orderId"])

    assert shop.query(asked)["origRespCode"] == "00"
    assert len(merchant.wait()) == 1


def test_notices_are_repeated_after_one_two_four_and_five_minutes_until_a_200(company, shop, merchant):
    merchant.always = 204
    asked, _ = shop.open()
    company.steered.pay(asked["orderId"])
    merchant.wait()
    company.steered.advance(3600)

    tries = [entry for entry in company.steered.journal("notice") if entry["row"]["reference"] == asked["orderId"]]
    times = [datetime.fromisoformat(entry["at"]) for entry in tries[1:]]
    gaps = [(second - first).total_seconds() for first, second in itertools.pairwise(times)]
    assert [round(gap / 60) for gap in gaps] == [1, 2, 4, 5]
    assert tries[-1]["row"]["result"] == "refused with 204"
    assert len({body for _, body in merchant.heard}) == 1


@pytest.mark.parametrize("fault", ["notice_wrong_signature", "notice_stale"])
def test_a_badly_signed_notice_is_found_out_and_the_true_one_follows(company, shop, merchant, fault):
    company.steered.plan({"fault": fault})
    shop.paid()
    merchant.wait()
    company.steered.advance(60)
    first, second = [heard(body) for _, body in merchant.wait(2)]

    with pytest.raises(Believed):
        company.believe(first)
    assert company.believe(second)["respCode"] == "00"


@pytest.mark.parametrize(
    ("fault", "name", "value"),
    [
        ("notice_wrong_amount", "txnAmt", "24501"),
        ("notice_wrong_currency", "currencyCode", "840"),
        ("notice_wrong_merchant", "merId", "777290058200002"),
    ],
)
def test_an_untrue_notice_is_well_signed(company, shop, merchant, fault, name, value):
    company.steered.plan({"fault": fault})
    shop.paid()

    assert company.believe(heard(merchant.wait()[0][1]))[name] == value


def test_the_cashiers_page_takes_the_payment_and_leads_back(company, shop):
    asked = company.sign(shop.purchase(frontUrl="https://shop.example/back?case=1", orderDesc="<b>证</b>"))
    moved = company.send(FRONT, asked)
    page = httpx.get(moved.headers["Location"] + "?lang=en", trust_env=False)
    assert moved.status_code == 302
    assert "245.00 <small>CNY</small>" in page.text
    assert "&lt;b&gt;" in page.text
    assert "form-action 'self';" in page.headers["Content-Security-Policy"]

    action = re.search('action="(/pay/[0-9]+)', page.text)[1]
    paid = httpx.post(company.steered.url + action, data={"action": "pay"}, trust_env=False)

    assert "form-action 'self' https://shop.example;" in paid.headers["Content-Security-Policy"]
    assert 'action="https://shop.example/back?case=1"' in paid.text
    form = dict(re.findall('name="([a-zA-Z]+)" value="([^"]*)"', paid.text.partition('id="return"')[2]))
    assert company.believe(form)["orderId"] == asked["orderId"]
    assert shop.query(asked)["origRespCode"] == "00"


def test_a_payer_at_a_wrong_address_or_with_a_wrong_form_is_told_so(company, shop):
    assert httpx.get(company.steered.url + "/pay/1", trust_env=False).status_code == 404
    refused = company.send(FRONT, company.sign(shop.purchase(frontUrl="-")))
    assert (refused.status_code, refused.text[:11]) == (400, "respCode=13")


def test_an_answer_that_is_lost_leaves_the_order_made(company, shop):
    asked = company.sign(shop.purchase(24508))
    with pytest.raises(httpx.RemoteProtocolError):
        company.send(APP, asked)
    assert "respCode=12&" in company.send(APP, asked).text


def test_a_restart_knows_orders_keys_and_what_was_not_heard(tmp_path, merchant):
    merchant.always = 500
    with started("deploy.simulators.unionpay", "--state", str(tmp_path)) as steered:
        before = Shop(Company(steered), merchant.url).paid()
        merchant.wait()
    merchant.always = 200
    with started("deploy.simulators.unionpay", "--state", str(tmp_path)) as steered:
        company = Company(steered)
        after = Shop(company, merchant.url).query(before)
        told = company.believe(heard(merchant.wait(2)[1][1]))
    assert after["queryId"] == told["queryId"] == before["queryId"]
