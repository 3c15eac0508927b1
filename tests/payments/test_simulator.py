"""The sandbox itself, by hand-written HTTP: strict, re-entrant, and every trouble as documented."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from tests.payments.payers import ROOT, SECRET, Payer, sign, start_simulator, stop_simulator, wait_for

pytestmark = pytest.mark.stack


@pytest.fixture
def sandbox(payer_at_the_sandbox) -> Payer:
    return payer_at_the_sandbox


class Merchant(BaseHTTPRequestHandler):
    """Notes what arrives and answers with the next planned status, 204 when there is none."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        self.send_response(self.server.plan.pop(0) if self.server.plan else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *anything: object) -> None:
        pass


@pytest.fixture
def merchant():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Merchant)
    server.heard, server.plan = [], []
    server.url = f"http://127.0.0.1:{server.server_port}/notices"
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def heard(merchant, count: int = 1) -> list[dict]:
    wait_for(lambda: len(merchant.heard) >= count)
    return [json.loads(body) for _, body in merchant.heard]


def test_an_order_is_made_once_and_answered_the_same_each_time(sandbox):
    order = sandbox.order()

    first, second = sandbox.call("POST", "/orders", order), sandbox.call("POST", "/orders", order)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert first.json()["status"] == "open"
    captures, orders = sandbox.journal(order["reference"])
    assert (captures, orders) == ([], [{"reference": order["reference"], "status": "open", "calls": 2}])


@pytest.mark.parametrize(
    "change", [{"amount_minor": 1700}, {"currency": "USD"}, {"notify_url": "http://127.0.0.1:9/other"}]
)
def test_a_reference_never_means_two_things(sandbox, change):
    order = sandbox.order()
    sandbox.call("POST", "/orders", order)

    answer = sandbox.call("POST", "/orders", order | change)

    assert (answer.status_code, answer.json()["error"]) == (409, "reference_reused")


@pytest.mark.parametrize(
    "change",
    [
        {"amount_minor": 16.0},
        {"amount_minor": "1600"},
        {"amount_minor": True},
        {"amount_minor": 0},
        {"amount_minor": -1},
        {"amount_minor": 10**400},
        {"currency": "eur"},
        {"currency": None},
        {"reference": "short"},
        {"reference": "x" * 33},
        {"reference": "空格空格空格"},
        {"title": "just one"},
        {"title": {"en": "only English"}},
        {"notify_url": "http://127.0.0.1/notices?query=1"},
        {"notify_url": "ftp://127.0.0.1/"},
        {"notify_url": "http://[/"},
        {"expires_at": "2026-11-23T09:00:00"},
        {"expires_at": "tomorrow"},
        {"expires_at": "2020-01-01T00:00:00+00:00"},
        {"surprise": 1},
    ],
)
def test_what_is_not_exactly_an_order_is_refused(sandbox, change):
    order = sandbox.order() | change

    answer = sandbox.call("POST", "/orders", order)

    assert answer.status_code == 400
    assert answer.json()["error"].split()[0] in {"wrong", "unknown", "already_expired"}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 9000], ids=range(7)
)
def test_what_is_not_json_is_refused(sandbox, body):
    answer = sandbox.call("POST", "/orders", body=body)

    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")


def test_a_missing_field_is_named(sandbox):
    order = sandbox.order()
    del order["currency"]

    assert sandbox.call("POST", "/orders", order).json()["error"] == "missing currency"


def test_calls_are_signed_and_fresh(sandbox):
    order = sandbox.order()
    stranger = Payer(sandbox.url, "another secret")

    assert stranger.call("POST", "/orders", order).status_code == 401
    assert sandbox.call("POST", "/orders", order, age=301).status_code == 401
    assert sandbox.call("POST", "/orders", order, age=-330).status_code == 401
    assert httpx.get(f"{sandbox.url}/journal", trust_env=False).status_code == 401
    assert sandbox.call("POST", "/orders", order, age=290).status_code == 201


def test_a_signature_is_for_one_path_and_one_body(sandbox):
    order = sandbox.order()
    sandbox.call("POST", "/orders", order)
    signed = sandbox.call("GET", f"/orders/{order['reference']}").request

    moved = httpx.get(f"{sandbox.url}/journal", headers=signed.headers, trust_env=False)

    assert moved.status_code == 401


def test_every_answer_is_signed(sandbox):
    for answer in (sandbox.call("GET", "/orders/nothing1"), sandbox.call("GET", "/journal"), sandbox.call("GET", "/x")):
        stamp = answer.headers["Sandbox-Timestamp"]
        assert answer.headers["Sandbox-Signature"] == sign(SECRET, f"{stamp}.".encode() + answer.content)


def test_paying_captures_once_and_tells_the_merchant(sandbox, merchant):
    order = sandbox.order(notify_url=merchant.url)
    page = sandbox.call("POST", "/orders", order).json()["pay_url"]

    shown = [sandbox.press(page) for _ in range(3)]

    assert {answer.status_code for answer in shown} == {200}
    assert "支付成功" in shown[-1].text
    notice = heard(merchant)[0]
    headers, body = merchant.heard[0]
    stamp = headers["Sandbox-Timestamp"]
    assert headers["Sandbox-Signature"] == sign(SECRET, f"{stamp}.".encode() + body)
    assert (notice["status"], notice["amount_minor"], notice["currency"]) == ("paid", 1600, "EUR")
    captures, _ = sandbox.journal(order["reference"])
    assert [capture["transaction"] for capture in captures] == [notice["transaction"]]


def test_a_notice_is_repeated_until_it_is_heard(sandbox, merchant):
    merchant.plan = [500, 302]
    order = sandbox.order(notify_url=merchant.url)
    sandbox.press(sandbox.call("POST", "/orders", order).json()["pay_url"])

    notices = heard(merchant, 3)

    assert notices[0] == notices[1] == notices[2]


def test_the_page_is_in_both_languages_and_shows_the_amount(sandbox):
    order = sandbox.order(amount_minor=1234500, currency="EUR", title={"zh-hans": "<b>费</b>", "en": "A & B"})
    page = sandbox.call("POST", "/orders", order).json()["pay_url"]

    chinese, english = sandbox.look(page), sandbox.look(f"{page}?lang=en")

    assert 'lang="zh-Hans"' in chinese.text
    assert "12,345.00" in chinese.text
    assert "确认支付" in chinese.text
    assert "&lt;b&gt;费&lt;/b&gt;" in chinese.text
    assert "Pay now" in english.text
    assert "A &amp; B" in english.text
    assert "default-src 'none'" in chinese.headers["Content-Security-Policy"]


def test_the_way_back_is_offered_when_the_merchant_gave_one(sandbox):
    order = sandbox.order(return_url='https://app.example/back?a="1"&b=2')
    page = sandbox.call("POST", "/orders", order).json()["pay_url"]

    assert 'href="https://app.example/back?a=&quot;1&quot;&amp;b=2"' in sandbox.press(page).text


@pytest.mark.parametrize(("currency", "shown"), [("JPY", ">1,600 <"), ("KWD", ">1.600 <"), ("USD", ">16.00 <")])
def test_the_page_knows_the_digits_of_a_currency(sandbox, currency, shown):
    page = sandbox.call("POST", "/orders", sandbox.order(currency=currency)).json()["pay_url"]

    assert shown in sandbox.look(page).text


def test_cancelling_closes_and_tells(sandbox, merchant):
    order = sandbox.order(notify_url=merchant.url)
    page = sandbox.call("POST", "/orders", order).json()["pay_url"]

    assert "此订单已关闭" in sandbox.press(page, "cancel").text
    assert heard(merchant)[0]["status"] == "closed"
    assert "此订单已关闭" in sandbox.press(page).text
    assert sandbox.journal(order["reference"])[0] == []


@pytest.mark.parametrize("action", ["", "refund", "pay\0"])
def test_another_button_does_nothing(sandbox, action):
    order = sandbox.order()
    page = sandbox.call("POST", "/orders", order).json()["pay_url"]

    assert "确认支付" in sandbox.press(page, action).text


def test_a_wrong_page_says_so(sandbox):
    assert sandbox.look(f"{sandbox.url}/pay/nothing").status_code == 404
    assert sandbox.press(f"{sandbox.url}/pay/nothing").status_code == 404


def test_a_closed_order_cannot_be_paid_and_a_paid_one_not_closed(sandbox):
    for_close, for_pay = sandbox.order(), sandbox.order()
    closed = sandbox.call("POST", "/orders", for_close).json()
    paid = sandbox.call("POST", "/orders", for_pay).json()

    assert sandbox.call("POST", f"/orders/{for_close['reference']}/close", {}).json()["status"] == "closed"
    sandbox.press(closed["pay_url"])
    sandbox.press(paid["pay_url"])
    refused = sandbox.call("POST", f"/orders/{for_pay['reference']}/close", {})

    assert sandbox.journal(for_close["reference"])[0] == []
    assert (refused.status_code, refused.json()["error"]) == (409, "already_paid")


def test_after_its_time_an_order_is_closed(sandbox):
    order = sandbox.order(expires_at=(datetime.now(UTC) + timedelta(seconds=1)).isoformat())
    page = sandbox.call("POST", "/orders", order).json()["pay_url"]

    wait_for(lambda: sandbox.call("GET", f"/orders/{order['reference']}").json()["status"] == "closed")
    sandbox.press(page)
    assert sandbox.journal(order["reference"])[0] == []


def test_what_is_unknown_is_said_to_be(sandbox):
    answer = sandbox.call("GET", "/orders/nothing1")

    assert answer.status_code == 404
    assert answer.json() == {"error": "no_such_order", "reference": "nothing1"}
    assert sandbox.call("POST", "/orders/nothing1/close", {}).status_code == 404
    assert sandbox.call("GET", "/elsewhere").json()["error"] == "no_such_address"


def test_bodies_have_a_length_and_a_limit(sandbox):
    assert sandbox.call("POST", "/orders", body=b"x" * 17000).status_code == 413

    def endless():
        yield b"{}"

    assert httpx.post(f"{sandbox.url}/orders", content=endless(), trust_env=False).status_code == 411


def test_amount_ending_01_is_declined(sandbox):
    order = sandbox.order(amount_minor=1601)
    page = sandbox.call("POST", "/orders", order).json()["pay_url"]

    assert "银行拒绝了这笔付款" in sandbox.press(page).text
    assert sandbox.call("GET", f"/orders/{order['reference']}").json()["status"] == "open"


def test_amount_ending_02_tells_late(sandbox, merchant):
    order = sandbox.order(amount_minor=1602, notify_url=merchant.url)
    sandbox.press(sandbox.call("POST", "/orders", order).json()["pay_url"])

    assert sandbox.call("GET", f"/orders/{order['reference']}").json()["status"] == "paid"
    assert merchant.heard == []
    assert heard(merchant)[0]["status"] == "paid"


def test_amount_ending_03_tells_three_times(sandbox, merchant):
    order = sandbox.order(amount_minor=1603, notify_url=merchant.url)
    sandbox.press(sandbox.call("POST", "/orders", order).json()["pay_url"])

    notices = heard(merchant, 3)
    assert notices[0] == notices[1] == notices[2]


@pytest.mark.parametrize(("amount", "said"), [(1605, (1604, "EUR")), (1606, (1606, "XTS"))])
def test_amounts_ending_05_and_06_tell_something_else(sandbox, merchant, amount, said):
    order = sandbox.order(amount_minor=amount, notify_url=merchant.url)
    sandbox.press(sandbox.call("POST", "/orders", order).json()["pay_url"])

    notice = heard(merchant)[0]
    assert (notice["amount_minor"], notice["currency"]) == said


def test_amount_ending_07_is_paid_although_closed(sandbox, merchant):
    order = sandbox.order(amount_minor=1607, notify_url=merchant.url)
    page = sandbox.call("POST", "/orders", order).json()["pay_url"]
    sandbox.call("POST", f"/orders/{order['reference']}/close", {})

    sandbox.press(page)

    assert heard(merchant)[0]["status"] == "paid"


def test_amount_ending_08_loses_the_first_answer(sandbox):
    order = sandbox.order(amount_minor=1608)

    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.call("POST", "/orders", order)
    assert sandbox.call("POST", "/orders", order).status_code == 200


def test_a_restart_knows_the_orders_and_tells_what_was_not_heard(tmp_path, merchant):
    file = tmp_path / "orders.jsonl"
    process, url = start_simulator("--state", str(file))
    before = Payer(url, SECRET)
    order = before.order(notify_url="http://127.0.0.1:9/nobody")
    page = before.call("POST", "/orders", order).json()["pay_url"]
    other = before.order(notify_url=merchant.url)
    before.press(before.call("POST", "/orders", other).json()["pay_url"])
    heard(merchant)
    before.press(page)
    assert stop_simulator(process) == 0
    with file.open("a") as lines:
        lines.write('{"torn')
    file.write_text(file.read_text().replace("http://127.0.0.1:9/nobody", merchant.url))

    process, url = start_simulator("--state", str(file))
    after = Payer(url, SECRET)
    notices = heard(merchant, 2)

    assert [notice["reference"] for notice in notices] == [other["reference"], order["reference"]]
    assert len(after.journal(order["reference"])[0]) == 1
    after.press(page.replace(before.url, url))
    assert len(after.journal(order["reference"])[0]) == 1
    assert stop_simulator(process) == 0


def test_without_a_secret_it_does_not_start():
    ran = subprocess.run(
        [sys.executable, "-m", "deploy.simulators.sandbox_pay", "--port", "0"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "SANDBOX_PAY_SECRET"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (2, "sandbox_pay: SANDBOX_PAY_SECRET is missing\n")


def test_a_port_that_is_taken_is_one_clear_line(simulator):
    port = simulator.rpartition(":")[2]
    ran = subprocess.run(
        [sys.executable, "-m", "deploy.simulators.sandbox_pay", "--port", port],
        cwd=ROOT,
        env={**os.environ, "SANDBOX_PAY_SECRET": SECRET},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr == f"sandbox_pay: 127.0.0.1:{port}: Address already in use\n"


def test_it_says_that_it_lives(sandbox):
    assert httpx.get(f"{sandbox.url}/livez", trust_env=False).text == "ok\n"
