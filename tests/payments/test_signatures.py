"""What the sandbox adapter believes: its own provider, lately, and nothing else."""

import json
import runpy
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from django.utils.timezone import now

from apps.kernel.errors import Invalid, Unauthenticated, Unavailable
from apps.payments.models import Merchant, Payment
from apps.payments.providers import sandbox
from apps.payments.providers.base import providers
from apps.payments.providers.sandbox import SIGNATURE, STAMP, Sandbox
from apps.payments.statuses import Status
from tests.payments.payers import SECRET, sign

SAID = {
    "id": "ntc_1",
    "reference": "0123456789abcdef01234567",
    "status": "paid",
    "amount_minor": 1600,
    "currency": "EUR",
    "transaction": "txn_1",
    "expires_at": "2026-11-23T10:00:00+00:00",
    "at": "2026-11-23T09:30:00+00:00",
}
ADAPTER = Sandbox("http://sandbox.example", SECRET)
MERCHANT = Merchant(code="sandbox", provider="sandbox", merchant_id="sandbox")


def signed(body: bytes, *, stamp: Any = None, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(now().timestamp()) if stamp is None else stamp)
    return {STAMP: stamp, SIGNATURE: sign(secret, f"{stamp}.".encode() + body)}


def read(data: Any, **facts: Any):
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return ADAPTER.read(MERCHANT, headers=signed(body, **facts), body=body, at=now())


def test_a_genuine_notice_is_understood():
    notice = read(SAID)

    assert (notice.id, notice.reference, notice.status) == ("ntc_1", SAID["reference"], Status.CAPTURED)
    assert (notice.amount_minor, notice.currency, notice.provider_txn) == (1600, "EUR", "txn_1")
    assert notice.at.isoformat() == SAID["at"]


def test_every_single_changed_byte_is_noticed():
    body = json.dumps(SAID).encode()
    headers = signed(body)
    for place in range(len(body)):
        changed = bytes([*body[:place], body[place] ^ 1, *body[place + 1 :]])
        with pytest.raises(Unauthenticated):
            ADAPTER.read(MERCHANT, headers=headers, body=changed, at=now())
    for place in range(64):
        forged = (
            headers[SIGNATURE][:place]
            + ("0" if headers[SIGNATURE][place] != "0" else "1")
            + headers[SIGNATURE][place + 1 :]
        )
        with pytest.raises(Unauthenticated):
            ADAPTER.read(MERCHANT, headers=headers | {SIGNATURE: forged}, body=body, at=now())


@pytest.mark.parametrize("seconds", [-301, 330, 86400, -86400])
def test_old_and_future_notices_are_refused(seconds):
    with pytest.raises(Unauthenticated):
        read(SAID, stamp=int((now() + timedelta(seconds=seconds)).timestamp()))


@pytest.mark.parametrize("seconds", [-290, 0, 290])
def test_clocks_may_differ_a_little(seconds):
    assert read(SAID, stamp=int((now() + timedelta(seconds=seconds)).timestamp())).id == "ntc_1"


@pytest.mark.parametrize("stamp", ["", "now", "1e9", "-1", "１７００００００００", "9" * 40])
def test_a_signed_time_that_is_none_is_refused(stamp):
    with pytest.raises(Unauthenticated):
        read(SAID, stamp=stamp)


@pytest.mark.parametrize("headers", [{}, {STAMP: "1"}, {SIGNATURE: "é" * 64}, {STAMP: "\udcff", SIGNATURE: ""}])
def test_headers_that_prove_nothing_are_refused(headers):
    with pytest.raises(Unauthenticated) as refused:
        ADAPTER.read(MERCHANT, headers=headers, body=b"{}", at=now())
    assert refused.value.code == "bad_signature"


def test_a_time_cannot_be_moved_to_another_body():
    body = json.dumps(SAID).encode()
    headers = signed(body)

    with pytest.raises(Unauthenticated):
        ADAPTER.read(MERCHANT, headers=headers | {STAMP: str(int(headers[STAMP]) + 1)}, body=body, at=now())


def test_kept_evidence_still_proves_itself_by_the_clock_of_its_day():
    body = json.dumps(SAID).encode()
    long_ago = now() - timedelta(days=400)
    headers = signed(body, stamp=int(long_ago.timestamp()))

    assert ADAPTER.read(MERCHANT, headers=headers, body=body, at=long_ago).id == "ntc_1"
    with pytest.raises(Unauthenticated):
        ADAPTER.read(MERCHANT, headers=headers, body=body, at=now())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b"[" * 50000,
        {},
        {**SAID, "id": None},
        {**SAID, "id": ""},
        {**SAID, "id": "x" * 65},
        {**SAID, "reference": 5},
        {**SAID, "reference": "a\0b"},
        {**SAID, "reference": "\ud800"},
        {**SAID, "status": "refunded"},
        {**SAID, "amount_minor": 1600.0},
        {**SAID, "amount_minor": "1600"},
        {**SAID, "amount_minor": True},
        {**SAID, "amount_minor": -1},
        {**SAID, "amount_minor": 2**63},
        {**SAID, "amount_minor": 10**4000},
        {**SAID, "currency": ["EUR"]},
        {**SAID, "transaction": None},
        {**SAID, "transaction": {"id": 1}},
        {**SAID, "at": "yesterday"},
        {**SAID, "at": "2026-11-23T09:30:00"},
        {**SAID, "at": "0001-01-01T00:00:00"},
    ],
    ids=range(25),
)
def test_a_genuine_notice_that_makes_no_sense_is_a_fault_never_a_crash(data):
    with pytest.raises(Invalid):
        read(data)


def answering(monkeypatch, answer: httpx.Response | Exception) -> None:
    """Let the next call get this answer."""

    def reply(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    client = partial(httpx.Client, transport=httpx.MockTransport(reply))
    monkeypatch.setattr(httpx, "Client", client)


def signed_answer(data: Any, status: int = 200, **facts: Any) -> httpx.Response:
    body = json.dumps(data).encode()
    return httpx.Response(status, content=body, headers=signed(body, **facts))


SHOWN = {**SAID, "status": "open", "transaction": None, "pay_url": "https://pay.example/1"}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectTimeout("slow"),
        httpx.ReadTimeout("slower"),
        httpx.RemoteProtocolError("cut"),
        httpx.Response(500, content=b"oops"),
        httpx.Response(200, json=SHOWN),
        httpx.Response(302, headers={"Location": "http://elsewhere.example"}),
        signed_answer(SHOWN, secret="another"),
        signed_answer(SHOWN, stamp=1),
        signed_answer({**SHOWN, "reference": "f" * 24}),
        signed_answer([SHOWN]),
        signed_answer("paid"),
    ],
    ids=range(11),
)
def test_no_genuine_answer_is_no_answer(monkeypatch, answer):
    answering(monkeypatch, answer)
    payment = Payment(reference=SAID["reference"])

    with pytest.raises(Unavailable):
        ADAPTER.ask(payment)


@pytest.mark.parametrize(
    "shown", [{**SHOWN, "amount_minor": "1600"}, {**SHOWN, "status": "gone"}, {"reference": SAID["reference"]}]
)
def test_a_genuine_answer_that_makes_no_sense_is_no_answer_either(monkeypatch, shown):
    answering(monkeypatch, signed_answer(shown))

    with pytest.raises(Unavailable):
        ADAPTER.ask(Payment(reference=SAID["reference"]))


def test_an_answer_and_its_absence_are_told_apart(monkeypatch):
    payment = Payment(reference=SAID["reference"])
    answering(monkeypatch, signed_answer({"error": "no_such_order", "reference": payment.reference}, 404))
    assert ADAPTER.ask(payment) is None


def test_the_sandbox_is_registered_where_it_is_configured_and_only_there(settings, monkeypatch):
    assert str(providers["sandbox"].label)
    monkeypatch.delitem(providers._items, "sandbox")

    settings.SANDBOX_PAY_URL = ""
    runpy.run_path(sandbox.__file__)
    assert "sandbox" not in providers
    settings.SANDBOX_PAY_URL = "http://sandbox.example"
    runpy.run_path(sandbox.__file__)
    assert "sandbox" in providers
