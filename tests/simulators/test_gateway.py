"""What all gateways share, seen through the smallest one as a process of its own."""

import itertools
import json
from datetime import datetime, timedelta

import httpx
import pytest

from tests.simulators.sides import Steered, started, wait_for

pytestmark = pytest.mark.stack
NUMBERS = itertools.count(1)
WEB = httpx.Client(trust_env=False)


@pytest.fixture(scope="module")
def process():
    with started("tests.simulators.toy") as steered:
        yield steered


@pytest.fixture
def toy(process) -> Steered:
    process.web.delete("/faults")
    return process


def order(toy: Steered, merchant, amount: int = 1600) -> tuple[str, httpx.Response | None]:
    """Its number, and the answer when there was one."""
    reference = f"order{next(NUMBERS):04}"
    asked = {"reference": reference, "amount": amount, "notify_url": merchant.url}
    return reference, ask(toy, "POST", "/orders", asked)


def ask(toy: Steered, method: str, path: str, asked=None) -> httpx.Response | None:
    try:
        return WEB.request(method, toy.url + path, json=asked)
    except httpx.RemoteProtocolError:
        return None


def results(toy: Steered, reference: str) -> list[str]:
    """What became of each attempt to tell about this order."""
    rows = [entry["row"] for entry in toy.journal("notice")]
    return [row["result"] for row in rows if row["reference"] == reference]


def test_all_retries_fit_into_one_advance_and_each_leaves_at_its_own_time(toy, merchant):
    merchant.always = 500
    reference, _ = order(toy, merchant)
    toy.pay(reference)
    toy.advance(15 + 60 + 3600)

    times = [datetime.fromisoformat(headers["Said-At"]) for headers, _ in merchant.wait(4)]
    gaps = [second - first for first, second in itertools.pairwise(times)]
    assert [round(gap.total_seconds()) for gap in gaps] == [15, 60, 3600]
    toy.advance(1_000_000)
    assert len(merchant.heard) == 4


def test_an_acknowledged_notice_is_not_repeated(toy, merchant):
    merchant.plan = [500]
    reference, _ = order(toy, merchant)
    toy.pay(reference)
    toy.advance(10_000)

    assert len(merchant.heard) == 2
    assert results(toy, reference) == ["sent", "refused with 500", "heard"]


def test_a_redirect_is_not_followed(toy, merchant):
    merchant.plan = [302]
    reference, _ = order(toy, merchant)
    toy.pay(reference)
    merchant.wait()
    toy.advance(0)

    assert len(merchant.heard) == 1


@pytest.mark.parametrize("fault", ["reset_before", "reset_after"])
def test_a_cut_connection_is_before_or_after_the_deed(toy, merchant, fault):
    toy.plan({"fault": fault, "route": "create"})
    reference, answer = order(toy, merchant)

    assert answer is None
    assert ask(toy, "GET", f"/orders/{reference}").status_code == (404 if fault == "reset_before" else 200)


def test_an_error_after_the_deed_leaves_it_done(toy, merchant):
    toy.plan({"fault": "error_after", "route": "create"})
    reference, answer = order(toy, merchant)

    assert answer.status_code == 500
    assert ask(toy, "GET", f"/orders/{reference}").status_code == 200


def test_a_truncated_answer_says_less_than_it_promised(toy, merchant):
    toy.plan({"fault": "truncated", "route": "query"})
    reference, _ = order(toy, merchant)

    assert ask(toy, "GET", f"/orders/{reference}") is None
    assert ask(toy, "GET", f"/orders/{reference}").json() == {"state": "open"}


def test_a_delay_is_real_time(toy, merchant):
    toy.plan({"fault": "delay", "route": "create", "seconds": 0.3})

    _, answer = order(toy, merchant)

    assert answer.elapsed >= timedelta(seconds=0.3)


def test_faults_of_signing_reach_the_seal_of_one_answer_only(toy, merchant):
    toy.plan({"fault": "wrong_signature"}, {"fault": "stale"})

    assert order(toy, merchant)[1].headers["Seal"] == "stale+wrong_signature"
    assert order(toy, merchant)[1].headers["Seal"] == "good"


def test_a_rule_about_one_order_leaves_the_others_alone(toy, merchant):
    toy.plan({"fault": "error_after", "reference": "nobody"})

    assert order(toy, merchant)[1].status_code == 200
    assert toy.look("/faults/log") == []


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"fault": "bill_bom"}, "unknown_fault"),
        ({"fault": "typo"}, "unknown_fault"),
        ({}, "unknown_fault"),
        ({"fault": "delay", "second": 1}, "unknown_field"),
        ({"fault": "delay", "seconds": "1"}, "wrong_seconds"),
        ({"fault": "delay", "times": 0}, "wrong_times"),
        ({"fault": "delay", "probability": 2}, "wrong_probability"),
    ],
)
def test_a_plan_with_a_mistake_is_refused_whole(toy, rule, error):
    answer = toy.web.post("/faults", json={"rules": [{"fault": "delay"}, rule]})

    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_chance_with_the_same_seed_falls_the_same_way(toy, merchant):
    def run() -> tuple[list[str], list]:
        toy.web.delete("/faults")
        toy.plan({"fault": "wrong_signature", "probability": 0.5, "times": None}, seed=42)
        seals = [ask(toy, "GET", f"/orders/none{number}").headers["Seal"] for number in range(30)]
        return seals, toy.look("/faults/log")

    first, second = run(), run()

    assert first == second
    assert set(first[0]) == {"good", "wrong_signature"}
    assert first[1][0] | {"reference": ""} == {
        "fault": "wrong_signature",
        "route": "query",
        "reference": "",
        "rule": 1,
        "seed": 42,
    }


@pytest.mark.parametrize("amount", [1601])
def test_an_amount_in_01_is_declined_every_time(toy, merchant, amount):
    reference, _ = order(toy, merchant, amount)

    for _ in range(2):
        answer = toy.web.post("/payer/pay", json={"reference": reference})
        assert (answer.status_code, answer.json()) == (402, {"error": "payer_declined"})


@pytest.mark.parametrize(
    ("amount", "faults"),
    [(1600, [[]]), (1603, [[]] * 3), (1605, [["notice_wrong_amount"]]), (1606, [["notice_wrong_currency"]])],
)
def test_an_amount_chooses_its_notices(toy, merchant, amount, faults):
    reference, _ = order(toy, merchant, amount)
    toy.pay(reference)
    toy.advance(100)

    assert [body["faults"] for body in merchant.bodies(len(faults))] == faults
    assert len(merchant.heard) == len(faults)


def test_an_amount_in_02_is_told_three_seconds_late(toy, merchant):
    reference, _ = order(toy, merchant, 1602)
    toy.pay(reference)
    toy.advance(2)
    assert merchant.heard == []
    toy.advance(1)
    assert len(merchant.heard) == 1


def test_an_amount_in_04_is_never_told(toy, merchant):
    reference, _ = order(toy, merchant, 1604)
    toy.pay(reference)
    toy.advance(1_000_000)

    assert merchant.heard == []
    assert results(toy, reference) == ["dropped"]


def test_an_amount_in_08_loses_the_answer_once(toy, merchant):
    reference, answer = order(toy, merchant, 1608)
    again = ask(toy, "POST", "/orders", {"reference": reference, "amount": 1608, "notify_url": merchant.url})

    assert answer is None
    assert again.status_code == 200


def test_an_amount_in_12_answers_two_queries_with_an_error(toy, merchant):
    reference, _ = order(toy, merchant, 1612)

    assert [ask(toy, "GET", f"/orders/{reference}").status_code for _ in range(3)] == [500, 500, 200]


def test_an_early_notice_overtakes_the_answer(toy, merchant):
    toy.plan({"fault": "notice_early", "route": "create"})
    order(toy, merchant)

    assert len(merchant.heard) == 1


@pytest.mark.parametrize("fault", ["notice_wrong_signature", "notice_signtest", "notice_stale"])
def test_a_badly_signed_notice_is_followed_by_the_true_one_even_when_it_was_believed(toy, merchant, fault):
    toy.plan({"fault": fault})
    reference, _ = order(toy, merchant)
    toy.pay(reference)
    toy.advance(15)

    assert [body["faults"] for body in merchant.bodies(2)] == [[fault], []]
    assert results(toy, reference) == ["sent", "heard_though_bad", "heard"]


def test_a_reordered_notice_comes_after_the_next_one(toy, merchant):
    toy.plan({"fault": "notice_reordered"})
    first, _ = order(toy, merchant)
    second, _ = order(toy, merchant)
    toy.pay(first)
    toy.pay(second)

    assert [body["reference"] for body in merchant.bodies(2)] == [second, first]
    toy.advance(60)
    assert len(merchant.heard) == 2


def test_the_phone_shows_what_can_be_paid_and_pays_it(toy, merchant):
    reference, _ = order(toy, merchant)
    page = toy.web.get("/?lang=en")
    pressed = toy.web.post("/phone?lang=en", data={"code": f"code-{reference}", "action": "pay"})
    after = toy.web.get(pressed.headers["Location"]).text

    assert reference in page.text
    assert '<html lang="en">' in page.text
    assert "16.00 <small>EUR</small>" in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert pressed.status_code == 303
    assert f'value="code-{reference}"' in page.text
    assert f'value="code-{reference}"' not in after
    assert "支付" in toy.web.get("/").text
    merchant.wait()


def test_the_phone_says_when_the_bank_declines(toy, merchant):
    reference, _ = order(toy, merchant, 1601)
    form = {"code": f"code-{reference}", "action": "pay"}
    pressed = toy.web.post("/phone?lang=en", data=form)

    assert "declined this payment" in toy.web.get(pressed.headers["Location"]).text


def test_what_the_control_port_does_not_know_is_refused(toy):
    assert toy.web.get("/nothing").status_code == 404
    assert toy.web.post("/clock", json={"advance": -1}).status_code == 400
    assert toy.web.post("/clock", json={}).status_code == 400
    assert toy.web.post("/clock", content=b"[").status_code == 400
    assert toy.web.post("/payer/scan", json={"reference": "nobody"}).status_code == 404


def test_a_restart_knows_orders_and_time(tmp_path, merchant):
    with started("tests.simulators.toy", "--state", str(tmp_path)) as toy:
        reference, _ = order(toy, merchant)
        toy.advance(86_400)
    with (tmp_path / "journal.jsonl").open("a") as file:
        file.write('{"torn')
    with started("tests.simulators.toy", "--state", str(tmp_path)) as toy:
        assert ask(toy, "GET", f"/orders/{reference}").json() == {"state": "open"}
        assert toy.look("/clock")["offset"] == pytest.approx(86_400, abs=1)
        assert [entry["key"] for entry in toy.journal("order")] == [reference]


def test_a_process_ends_when_asked_to():
    with started("tests.simulators.toy") as toy:
        toy.process.terminate()
        assert toy.process.wait(timeout=5) == 0


def test_a_merchant_that_is_away_hears_later(toy, merchant):
    reference, _ = order(toy, merchant)
    away = {"reference": f"{reference}away", "amount": 1600, "notify_url": "http://127.0.0.1:9/"}
    ask(toy, "POST", "/orders", away)
    toy.pay(away["reference"])
    wait_for(lambda: "URLError" in results(toy, away["reference"]))
    toy.advance(4000)

    attempts = [entry["row"]["attempt"] for entry in toy.journal("notice") if away["reference"] in json.dumps(entry)]
    assert attempts == [0, 1, 2, 3, 4]
