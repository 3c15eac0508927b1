"""What WeChat Pay tells unasked: believed when it is signed, fresh and sealed for us; never with a call to anybody."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from django.utils.timezone import now

from apps.kernel.errors import Conflict, Invalid, Unauthenticated
from apps.payments.providers.wechat_pay import orders, wire
from apps.payments.statuses import RefundStatus, Status
from tests.payments.wechat_pay.sides import Contract, Platform, flips, lower
from tests.simulators.sides import Merchant, started

pytestmark = pytest.mark.stack


@pytest.fixture
def told(pay, home: Contract, ear: Merchant, monkeypatch) -> Iterator[tuple]:
    """A payment, and the notice of it as it arrived; from now on nobody can be asked."""
    payment = home.payment()
    pay.open(payment)
    home.simulator.pay(payment.reference)
    headers, body = ear.wait()[0]
    at = home.now
    with monkeypatch.context() as patched:
        patched.setattr(httpx, "Client", None)
        yield payment, lower(headers), body, at


def read(pay, contract: Contract, notice, at=None):
    headers, body = notice
    return pay.read(contract.merchant, headers=lower(headers), body=body, at=at or contract.now)


def test_a_payment_is_told(pay, home: Contract, told):
    payment, headers, body, at = told
    said = pay.read(home.merchant, headers=headers, body=body, at=at)

    assert (said.id, said.reference, said.status) == (json.loads(body)["id"], payment.reference, Status.CAPTURED)
    assert (said.amount_minor, said.currency, said.paid) == (1600, "CNY", None)
    assert (said.merchant_id, said.app_id) == (home.merchant.merchant_id, home.merchant.app_id)
    assert set(headers) >= set(pay.evidence)


def test_kept_evidence_proves_itself_by_the_clock_of_its_day(pay, home: Contract, told):
    payment, headers, body, at = told
    kept = {name: headers[name] for name in pay.evidence}

    assert pay.read(home.merchant, headers=kept, body=body, at=at).reference == payment.reference
    with pytest.raises(Unauthenticated):
        pay.read(home.merchant, headers=kept, body=body, at=at + timedelta(days=1))


def test_every_flipped_byte_is_refused(pay, home: Contract, told):
    _, headers, body, at = told
    for flipped in flips(body, 3):
        with pytest.raises(Unauthenticated):
            pay.read(home.merchant, headers=headers, body=flipped, at=at)
    for name in ("wechatpay-timestamp", "wechatpay-nonce", "wechatpay-signature", "wechatpay-serial"):
        for flipped in flips(headers[name].encode(), 5):
            with pytest.raises(Unauthenticated):
                pay.read(home.merchant, headers=headers | {name: flipped.decode()}, body=body, at=at)


@pytest.mark.parametrize("seconds", [-302, 302, 3600])
def test_another_time_than_now_is_refused(pay, home: Contract, told, seconds: int):
    _, headers, body, _ = told
    sent = int(headers["wechatpay-timestamp"])
    at = home.now.fromtimestamp(sent + seconds, tz=home.now.tzinfo)
    with pytest.raises(Unauthenticated):
        pay.read(home.merchant, headers=headers, body=body, at=at)

    near = home.now.fromtimestamp(sent + (295 if seconds > 0 else -295), tz=home.now.tzinfo)
    assert pay.read(home.merchant, headers=headers, body=body, at=near)


@pytest.mark.parametrize(
    "change",
    [
        {"wechatpay-serial": "4F" + "0" * 38},
        {"wechatpay-serial": "PUB_KEY_ID_0"},
        {"wechatpay-serial": "../merchant/x"},
        {"wechatpay-serial": ""},
        {"wechatpay-timestamp": "now"},
        {"wechatpay-timestamp": "１７００００００００"},
        {"wechatpay-timestamp": "9" * 40},
        {"wechatpay-nonce": "\udcff"},
        {"wechatpay-signature": "é"},
        {"wechatpay-signature": ""},
        {"wechatpay-signature-type": "WECHATPAY2-SM2-WITH-SM3"},
    ],
    ids=range(11),
)
def test_headers_that_prove_nothing_are_refused(pay, home: Contract, told, change):
    _, headers, body, at = told
    with pytest.raises(Unauthenticated) as refused:
        pay.read(home.merchant, headers=headers | change, body=body, at=at)
    assert refused.value.code == "bad_signature"
    with pytest.raises(Unauthenticated):
        pay.read(home.merchant, headers={}, body=body, at=at)


def test_another_merchants_keys_prove_nothing_of_ours(pay, home: Contract, make, told):
    """The platform signs for everybody: what is sealed for us opens for nobody else."""
    _, headers, body, at = told
    other = make(mode="public_key")
    with pytest.raises(Unauthenticated):
        pay.read(other.merchant, headers=headers, body=body, at=at)
    other.pin("certificate")
    try:
        with pytest.raises(Invalid):
            pay.read(other.merchant, headers=headers, body=body, at=at)
    finally:
        other.forget("platform/4F*")


def test_the_sdk_believes_what_we_believe(pay, home: Contract, told, monkeypatch):
    payment, headers, body, at = told
    monkeypatch.undo()
    inside = home.sdk(monkeypatch, "certificate").callback(headers, body)["resource"]
    said = pay.read(home.merchant, headers=headers, body=body, at=at)

    assert (inside["out_trade_no"], inside["transaction_id"]) == (payment.reference, said.provider_txn)


@pytest.mark.parametrize("fault", ["notice_signtest", "notice_wrong_signature", "notice_stale"])
def test_probes_and_forgeries_are_refused_and_the_true_notice_is_believed(pay, home: Contract, ear, fault: str):
    home.simulator.plan({"fault": fault})
    payment = home.payment()
    pay.open(payment)
    home.simulator.pay(payment.reference)
    first = ear.wait()[0]
    with pytest.raises(Unauthenticated) as refused:
        read(pay, home, first)
    assert refused.value.code == ("signature_probe" if fault == "notice_signtest" else "bad_signature")

    ear.heard.clear()
    home.simulator.advance(20)
    if ear.heard:
        assert read(pay, home, ear.wait()[-1]).reference == payment.reference


@pytest.mark.parametrize(
    ("fault", "name", "value"),
    [
        ("notice_wrong_amount", "amount_minor", 1599),
        ("notice_wrong_currency", "currency", "XTS"),
        ("notice_wrong_merchant", "merchant_id", "1999999999"),
        ("notice_wrong_app", "app_id", "wx0000000000000000"),
    ],
)
def test_a_false_word_is_repeated_as_it_was_said(pay, home: Contract, ear, fault: str, name: str, value):
    """Whoever settles puts it aside: it must not be mended on the way."""
    home.simulator.plan({"fault": fault})
    payment = home.payment()
    pay.open(payment)
    home.simulator.pay(payment.reference)

    assert getattr(read(pay, home, ear.wait()[0]), name) == value


def test_while_a_merchant_moves_both_kinds_of_keys_are_believed(pay, make, ear):
    ours = make(mode="both")
    payments = [ours.payment() for _ in range(2)]
    for payment in payments:
        pay.open(payment)
        ours.simulator.pay(payment.reference)
    notices = ear.wait(2)

    assert len({headers["Wechatpay-Serial"][:3] for headers, _ in notices}) == 2
    assert {read(pay, ours, notice).reference for notice in notices} == {one.reference for one in payments}


def test_a_cross_border_payment_is_told_in_its_price(pay, abroad: Contract, ear):
    abroad.simulator.do("/rates", EUR=770_000_000)
    payment = abroad.payment()
    pay.open(payment)
    abroad.simulator.pay(payment.reference)
    said = read(pay, abroad, ear.wait()[0])

    assert (said.amount_minor, said.currency) == (1600, "EUR")
    assert (said.paid.amount_minor, said.paid.currency) == (12320, "CNY")
    assert said == replace(pay.ask(payment), id=said.id)


@pytest.mark.parametrize(
    ("fault", "status"), [("", RefundStatus.SUCCEEDED), ("refund_abnormal", RefundStatus.ABNORMAL)]
)
def test_a_refund_is_told(pay, home: Contract, ear, fault: str, status):
    payment = home.payment()
    pay.open(payment)
    home.simulator.pay(payment.reference)
    if fault:
        home.simulator.plan({"fault": fault})
    refund = home.refund(payment, 600)
    pay.refund(refund)
    home.simulator.advance(2)
    said = read(pay, home, ear.wait(2)[1])

    assert (said.status, said.reference, said.number) == (status, payment.reference, refund.number)
    assert (said.amount_minor, said.currency, said.paid) == (600, "CNY", None)
    assert said.merchant_id == home.merchant.merchant_id


def test_a_cross_border_refund_notice_only_says_that_one_must_ask(pay, abroad: Contract, ear):
    """It names no currency, and what the payer got belongs to the record."""
    payment = abroad.payment()
    pay.open(payment)
    abroad.simulator.pay(payment.reference)
    refund = abroad.refund(payment, 600)
    pay.refund(refund)
    abroad.simulator.advance(2)
    said = read(pay, abroad, ear.wait(2)[1])

    assert (said.status, said.number) == (RefundStatus.SUBMITTED, refund.number)
    assert pay.ask_refund(payment, said.number).status is RefundStatus.SUCCEEDED


REFUND = {
    "mchid": "1900000109",
    "out_trade_no": "0123456789abcdef01234567",
    "transaction_id": "4200",
    "out_refund_no": "76543210fedcba9876543210",
    "refund_id": "503",
    "refund_status": "CLOSED",
    "user_received_account": "招商银行",
    "amount": {"total": 1600, "refund": 600, "payer_total": 1600, "payer_refund": 600},
}
PAID = {
    "mchid": "1900000109",
    "appid": "wx1",
    "out_trade_no": "0123456789abcdef01234567",
    "transaction_id": "4200",
    "trade_state": "SUCCESS",
    "success_time": "2026-11-23T09:00:00+08:00",
    "amount": {"total": 1600, "currency": "CNY", "payer_total": 1600, "payer_currency": "CNY"},
}


@pytest.fixture
def crafted(make, platform: Platform):
    """Whatever a test wants WeChat Pay to say."""

    def say(event: str, told, profile: str = "domestic", **other):
        ours = make(profile)
        at = ours.now
        name = f"platform/{platform.serial}.pem"
        if not (ours.folder / name).exists():
            ours.put(name, platform.certificate(at - timedelta(days=1), at + timedelta(days=900)))
        return ours, platform.notice(ours.info["apiv3_key"], event, told, at, **other), at

    return say


def test_a_refund_can_be_closed(pay, crafted):
    ours, notice, at = crafted("REFUND.CLOSED", REFUND)
    assert read(pay, ours, notice, at).status is RefundStatus.CLOSED

    amount = {**REFUND["amount"], "currency": "EUR", "payer_currency": "CNY", "payer_refund": 4620}
    ours, notice, at = crafted(
        "REFUND.CLOSED", {**REFUND, "refund_status": "REFUNDCLOSE", "amount": amount}, "cross_border"
    )
    said = read(pay, ours, notice, at)
    assert (said.status, said.currency, said.paid.amount_minor) == (RefundStatus.CLOSED, "EUR", 4620)
    told = {**REFUND, "refund_status": "SUCCESS", "amount": {**amount, "payer_currency": ""}}
    ours, notice, at = crafted("REFUND.SUCCESS", told, "cross_border")
    assert read(pay, ours, notice, at).status is RefundStatus.SUBMITTED


def test_another_event_is_no_concern_of_ours(pay, crafted):
    ours, notice, at = crafted("COUPON.USE", {"anything": 1})

    assert read(pay, ours, notice, at) is None


NONSENSE = [
    b"[]",
    b"\xff",
    b"[" * 9000,
    {},
    {**PAID, "out_trade_no": 5},
    {**PAID, "out_trade_no": "a\0b"},
    {**PAID, "out_trade_no": "x" * 65},
    {**PAID, "trade_state": "NEW"},
    {**PAID, "mchid": None},
    {**PAID, "transaction_id": ""},
    {**PAID, "success_time": "yesterday"},
    {**PAID, "success_time": "2026-11-23T09:00:00"},
    {**PAID, "amount": None},
    *({**PAID, "amount": {**PAID["amount"], "total": total}} for total in (1600.0, "1600", True, -1, 2**63, None)),
    {**PAID, "amount": {**PAID["amount"], "currency": 156}},
    {**PAID, "amount": {**PAID["amount"], "payer_total": 1.5}},
]


@pytest.mark.parametrize("told", NONSENSE, ids=range(len(NONSENSE)))
def test_a_genuine_notice_that_makes_no_sense_is_a_fault_never_a_crash(pay, crafted, told):
    ours, notice, at = crafted("TRANSACTION.SUCCESS", told)
    with pytest.raises(Invalid):
        read(pay, ours, notice, at)


RESOURCES = [
    None,
    {},
    {"algorithm": "AEAD_AES_256_GCM", "ciphertext": "!", "nonce": "n" * 12},
    {"algorithm": "AEAD_AES_256_GCM", "ciphertext": "AAAA", "nonce": "n" * 12},
    {"algorithm": "AEAD_AES_256_GCM", "ciphertext": "A" * 64, "nonce": ""},
    {"algorithm": "AEAD_AES_256_GCM", "ciphertext": "A" * 64, "nonce": "n" * 12, "associated_data": 1},
    {"algorithm": "none", "ciphertext": "A" * 64, "nonce": "n" * 12},
]


@pytest.mark.parametrize("resource", RESOURCES, ids=range(len(RESOURCES)))
def test_what_is_not_sealed_for_us_is_a_fault(pay, crafted, resource):
    ours, notice, at = crafted("TRANSACTION.SUCCESS", PAID, resource=resource)
    with pytest.raises(Invalid):
        read(pay, ours, notice, at)


def test_an_expired_certificate_proves_nothing(pay, make, platform: Platform):
    ours = make(is_new=True)
    at = ours.now
    notice = platform.notice(ours.info["apiv3_key"], "TRANSACTION.SUCCESS", PAID, at)
    name = f"platform/{platform.serial}.pem"
    day = timedelta(days=1)
    bad = [
        platform.certificate(at - 2 * day, at - day),
        platform.certificate(at + day, at + 2 * day),
        platform.certificate(at - day, at + day, serial="4F01"),
        "no certificate at all",
    ]
    for content in bad:
        ours.put(name, content)
        with pytest.raises(Unauthenticated):
            read(pay, ours, notice, at)
    ours.put(name, platform.certificate(at - day, at + day))

    assert read(pay, ours, notice, at).reference == PAID["out_trade_no"]


def test_old_and_new_apiv3_keys_open_side_by_side(pay, make, platform: Platform):
    ours = make(is_new=True)
    at = ours.now
    ours.put(f"platform/{platform.serial}.pem", platform.certificate(at - timedelta(days=1), at + timedelta(days=1)))
    old, fresh = ours.info["apiv3_key"], "f" * 32
    later = platform.notice(fresh, "TRANSACTION.SUCCESS", PAID, at)
    with pytest.raises(Invalid):
        read(pay, ours, later, at)
    ours.put("apiv3/next.key", fresh)

    assert read(pay, ours, later, at)
    assert read(pay, ours, platform.notice(old, "TRANSACTION.SUCCESS", PAID, at), at)
    ours.forget("apiv3/*")
    with pytest.raises(Conflict) as refused:
        read(pay, ours, later, at)
    assert refused.value.code == "no_keys"


def test_keys_of_the_platform_rotate_without_a_gap(pay, make, monkeypatch, ear, settings, tmp_path):
    """Pinned ahead of the change: the old one and the new one prove what they sign; an unpinned one proves nothing."""
    with started("deploy.simulators.wechat_pay") as simulator:
        settings.WECHAT_PAY_URL, settings.MERCHANT_KEYS = simulator.url, str(tmp_path)
        for module in (wire, orders):
            monkeypatch.setattr(module, "now", now)
        own = simulator.do("/merchants", key_mode="both")
        ours = Contract(simulator, make().merchant, tmp_path / make().merchant.code, own)
        ours.merchant.merchant_id, ours.merchant.app_id = own["mchid"], own["appids"][0]
        ours.pin("apiv3", "merchant", "certificate", "public_key")
        for kind in ("certificate", "public_key", "merchant"):
            simulator.do("/keys/rotate", kind=kind, **({"mchid": own["mchid"]} if kind == "merchant" else {}))
        payments = [ours.payment() for _ in range(2)]
        pay.open(payments[0])
        simulator.pay(payments[0].reference)
        unpinned = ear.wait()[0]
        with pytest.raises(Unauthenticated):
            read(pay, ours, unpinned)
        ours.pin("certificate", "public_key", "merchant")
        pay.open(payments[1])
        simulator.pay(payments[1].reference)

        found = [read(pay, ours, notice) for notice in (unpinned, ear.wait(2)[1])]
        assert [said.reference for said in found] == [one.reference for one in payments]
        assert pay.ask(payments[0]).status is Status.CAPTURED
