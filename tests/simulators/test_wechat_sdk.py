"""The public SDK ``wechatpayv3`` as a judge: what it sends is accepted, what is signed here it believes, and one flipped
byte in either direction is refused."""

import gzip
import hashlib
import json
import secrets
import time
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import wechatpayv3.core
import wechatpayv3.utils
from wechatpayv3 import WeChatPay, WeChatPayType

from tests.simulators.sides import Steered, started
from tests.simulators.wechat import Shop

pytestmark = pytest.mark.stack
KINDS = ["certificate", "public_key"]


def sdk(simulator: Steered, shop: Shop, kind: str, monkeypatch) -> WeChatPay:
    """In one of the two key modes, on the clock of the simulator; ``_gate_way`` is set before certificates are fetched."""
    offset = simulator.look("/clock")["offset"]
    clock = SimpleNamespace(time=lambda: time.time() + offset)
    monkeypatch.setattr(wechatpayv3.utils, "time", clock)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    fetch = wechatpayv3.core.Core._init_certificates

    def fetch_here(core: Any) -> None:
        core._gate_way = simulator.url
        fetch(core)

    monkeypatch.setattr(wechatpayv3.core.Core, "_init_certificates", fetch_here)
    info = simulator.look(f"/merchants/{shop.mchid}")
    public = {"public_key": info["public_key"], "public_key_id": info["public_key_id"]}
    client = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=shop.mchid,
        private_key=info["keys"][-1]["private_key"],
        cert_serial_no=info["keys"][-1]["serial_no"],
        appid=shop.appid,
        apiv3_key=info["apiv3_key"],
        notify_url=shop.notify_url,
        timeout=(5, 20),
        **(public if kind == "public_key" else {}),
    )
    client._core._gate_way = simulator.url
    return client


@pytest.fixture(params=KINDS)
def client(request, wechat, shop, monkeypatch) -> WeChatPay:
    return sdk(wechat, shop, request.param, monkeypatch)


def number() -> str:
    return f"sdk{secrets.token_hex(10)}"


def opened(client: WeChatPay, out_trade_no: str, **other: Any) -> dict[str, Any]:
    status, text = client.pay(
        description="证件费 Fee", out_trade_no=out_trade_no, amount={"total": 1600, "currency": "CNY"}, **other
    )
    assert status == 200, text
    return json.loads(text)


def test_it_opens_orders_of_every_kind(client):
    scene = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
    kinds = {
        "code_url": {"pay_type": WeChatPayType.NATIVE},
        "prepay_id": {"pay_type": WeChatPayType.APP},
        "h5_url": {"pay_type": WeChatPayType.H5, "scene_info": scene},
    }
    assert [list(opened(client, number(), **kind)) for kind in kinds.values()] == [[name] for name in kinds]
    assert list(opened(client, number(), pay_type=WeChatPayType.JSAPI, payer={"openid": "o1"})) == ["prepay_id"]


def test_it_asks_and_closes(client, wechat):
    order = number()
    opened(client, order)

    assert json.loads(client.query(out_trade_no=order)[1])["trade_state"] == "NOTPAY"
    assert client.close(order) == (204, b"")
    assert json.loads(client.query(out_trade_no=order)[1])["trade_state"] == "CLOSED"


def test_it_refunds_and_asks_about_refunds(client, wechat):
    order, back = number(), number()
    opened(client, order)
    wechat.pay(order)
    told = json.loads(client.query(out_trade_no=order)[1])
    assert json.loads(client.query(transaction_id=told["transaction_id"])[1]) == told

    status, _ = client.refund(
        out_refund_no=back,
        transaction_id=told["transaction_id"],
        amount={"refund": 600, "total": 1600, "currency": "CNY"},
    )
    wechat.advance(2)

    assert status == 200
    assert json.loads(client.query_refund(back)[1])["status"] == "SUCCESS"


@pytest.mark.filterwarnings("ignore:Properties that return a naïve datetime")
def test_it_helps_an_abnormal_refund_with_a_sealed_card(client, wechat):
    order, back = number(), number()
    opened(client, order)
    wechat.pay(order)
    wechat.plan({"fault": "refund_abnormal"})
    amount = {"refund": 1600, "total": 1600, "currency": "CNY"}
    made = json.loads(client.refund(out_refund_no=back, out_trade_no=order, amount=amount)[1])
    wechat.advance(2)
    status, text = client.abnormal_refund(
        made["refund_id"], back, "USER_BANK_CARD", bank_type="CMB_DEBIT", bank_account="6225", real_name="张三"
    )

    assert status == 200, text
    assert json.loads(text)["channel"] == "OTHER_BANKCARD"


@pytest.mark.parametrize("kind", KINDS)
def test_it_believes_and_opens_notices(wechat, merchant, monkeypatch, kind):
    own = Shop(wechat, wechat.do("/merchants"), merchant.url)
    wechat.do("/balance", mchid=own.mchid, balance=1600)
    client = sdk(wechat, own, kind, monkeypatch)
    order, back = number(), number()
    opened(client, order)
    wechat.pay(order)
    client.refund(out_refund_no=back, out_trade_no=order, amount={"refund": 1600, "total": 1600, "currency": "CNY"})
    wechat.advance(2)
    prefix = "PUB_KEY_ID_" if kind == "public_key" else "4F"
    notices = [
        client.callback(*notice) for notice in merchant.wait(2) if notice[0]["Wechatpay-Serial"].startswith(prefix)
    ]

    assert notices
    for notice in notices:
        assert notice["resource"]["out_trade_no"] == order
        assert notice["event_type"] in {"TRANSACTION.SUCCESS", "REFUND.SUCCESS"}


@pytest.mark.parametrize("kind", KINDS)
def test_it_refuses_a_notice_with_one_flipped_byte(wechat, shop, merchant, monkeypatch, kind):
    own = Shop(wechat, wechat.do("/merchants", key_mode="both"), merchant.url)
    client = sdk(wechat, own, kind, monkeypatch)
    for _ in range(2):
        own.paid()
    prefix = "PUB_KEY_ID_" if kind == "public_key" else "4F"
    headers, body = next(one for one in merchant.wait(2) if one[0]["Wechatpay-Serial"].startswith(prefix))
    assert client.callback(headers, body)

    for place in range(0, len(body), 7):
        flipped = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        if flipped.decode(errors="ignore").encode() == flipped:
            assert client.callback(headers, flipped) is None, place


@pytest.mark.parametrize("fault", ["wrong_signature", "unknown_serial", "truncated"])
def test_it_refuses_answers_that_are_not_whole(client, wechat, fault):
    order = number()
    opened(client, order)
    wechat.plan({"fault": fault, "route": "query"})

    with pytest.raises(Exception, match=r"verify|IncompleteRead|Connection broken"):
        client.query(out_trade_no=order)
    assert client.query(out_trade_no=order)[0] == 200


def test_it_refuses_an_answer_with_one_flipped_byte(client, monkeypatch):
    order, genuine = number(), wechatpayv3.core.rsa_verify
    opened(client, order)

    def flipped(timestamp, nonce, body, signature, key):
        return genuine(timestamp, nonce, body.replace("NOTPAY", "NOTPAX"), signature, key)

    monkeypatch.setattr(wechatpayv3.core, "rsa_verify", flipped)
    with pytest.raises(Exception, match="failed to verify"):
        client.query(out_trade_no=order)


def test_what_it_signs_is_refused_when_one_byte_is_flipped(client, monkeypatch):
    genuine = wechatpayv3.core.build_authorization

    def flipped(*given: Any, **named: Any) -> str:
        said = genuine(*given, **named)
        place = said.index('signature="') + 40
        return said[:place] + ("A" if said[place] != "A" else "B") + said[place + 1 :]

    monkeypatch.setattr(wechatpayv3.core, "build_authorization", flipped)
    status, text = client.query(out_trade_no="whatever")

    assert (status, json.loads(text)["code"]) == (401, "SIGN_ERROR")


def test_it_fetches_bills_that_agree_with_their_hash(wechat, merchant, monkeypatch):
    own = Shop(wechat, wechat.do("/merchants"), merchant.url)
    order = own.paid()
    day = datetime.fromisoformat(wechat.look("/clock")["beijing"]).date()
    wechat.advance(timedelta(hours=36).total_seconds())
    client = sdk(wechat, own, "public_key", monkeypatch)

    for ask in (client.trade_bill, client.fundflow_bill):
        status, text = ask(day.isoformat())
        assert status == 200, text
        offered = json.loads(text)
        status, content = client.download_bill(offered["download_url"])
        plain = gzip.decompress(content)
        assert (status, hashlib.sha1(plain).hexdigest()) == (200, offered["hash_value"])
        assert order in plain.decode()


def test_it_follows_keys_as_they_rotate(monkeypatch, merchant):
    """The old certificate and the new one are both good for a day; then the old one is gone."""
    with started("deploy.simulators.wechat_pay") as simulator:
        shop = Shop(simulator, simulator.look("/merchant"), merchant.url)
        client = sdk(simulator, shop, "certificate", monkeypatch)
        before = {certificate.serial_number for certificate in client._core._certificates}
        simulator.do("/keys/rotate", kind="certificate")

        opened(client, number())
        after = {certificate.serial_number for certificate in client._core._certificates}
        assert before < after

        simulator.advance(25 * 3600)
        fresh = sdk(simulator, shop, "certificate", monkeypatch)
        assert {certificate.serial_number for certificate in fresh._core._certificates} == after - before

        simulator.do("/keys/rotate", kind="merchant")
        opened(sdk(simulator, shop, "certificate", monkeypatch), number())
        opened(fresh, number())


def test_a_rotated_public_key_is_believed_under_its_own_name_only(monkeypatch, merchant):
    with started("deploy.simulators.wechat_pay") as simulator:
        shop = Shop(simulator, simulator.look("/merchant"), merchant.url)
        old = sdk(simulator, shop, "public_key", monkeypatch)
        simulator.do("/keys/rotate", kind="public_key")
        new = sdk(simulator, shop, "public_key", monkeypatch)

        assert old._core._public_key_id != new._core._public_key_id
        opened(old, number())
        opened(new, number())
        simulator.advance(25 * 3600)
        monkeypatch.setattr(wechatpayv3.utils, "time", SimpleNamespace(time=lambda: time.time() + 25 * 3600))
        opened(new, number())
        status, text = old.query(out_trade_no=number())
        assert (status, json.loads(text)["detail"]["field"]) == (400, "Wechatpay-Serial")
