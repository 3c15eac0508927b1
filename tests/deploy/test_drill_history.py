"""The checker of histories finds each kind of broken promise, and is silent about an honest server."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from deploy.drills._acts import outcome
from deploy.drills._history import Table, Truth, anomalies
from deploy.drills._truth import written

TABLE = Table(
    "draft",
    frozenset(
        {
            ("submit", "draft", "submitted", "applicant"),
            ("claim", "submitted", "preliminary_review", "officer"),
            ("propose_refusal", "preliminary_review", "final_review", "officer"),
            ("refuse", "final_review", "refused", "officer"),
            ("approve", "preliminary_review", "payment_due", "officer"),
            ("pay", "payment_due", "production", "system"),
        }
    ),
)


def step(move, source, target, by="officer", actor="officer-1", case="c1"):
    return {"case": case, "move": move, "source": source, "target": target, "by": by, "actor": actor}


STEPS = [
    step("submit", "draft", "submitted", "applicant", "li"),
    step("claim", "submitted", "preliminary_review"),
    step("approve", "preliminary_review", "payment_due"),
    step("pay", "payment_due", "production", "system", "li"),
]
REFUSED = [
    step("submit", "draft", "submitted", "applicant", "wu", case="c2"),
    step("claim", "submitted", "preliminary_review", case="c2"),
    step("propose_refusal", "preliminary_review", "final_review", case="c2"),
    step("refuse", "final_review", "refused", actor="officer-2", case="c2"),
]
FEEDS = {
    "li": [("case_moved", "case:c1", f"2026-11-23T09:00:0{number}Z") for number in range(4)],
    "wu": [("case_moved", "case:c2", f"2026-11-23T09:00:0{number}Z") for number in range(4)],
}
PAID = {
    "id": "p1", "reference": "r1", "payable": "case:c1", "status": "captured",
    "amount": 1600, "currency": "EUR", "surplus": False, "refunded": None,
}  # fmt: skip
TWICE = {**PAID, "id": "p2", "reference": "r2", "surplus": True, "refunded": 1600}
TRUTH = Truth(
    statuses={"c1": "production", "c2": "refused"},
    steps=[*STEPS, *REFUSED],
    changes=FEEDS,
    numbers=["L00000001", "L00000002"],
    next={"L": 3},
    payments=[PAID, TWICE],
    captures=[{"reference": "r1", "amount_minor": 1600, "currency": "EUR"},
              {"reference": "r2", "amount_minor": 1600, "currency": "EUR"}],
)  # fmt: skip


def events(*told):
    return [dict(zip(("kind", "subject", "at"), one, strict=True)) for one in told]


def acted(what, how, actor="li", case="c1", **facts):
    return {"act": what, "type": how, "actor": actor, "case": case, **facts}


HISTORY = [
    acted("feed", "ok", events=[], next="0"),
    acted("edit", "ok", words="one"),
    acted("edit", "unknown", words="two"),
    acted("edit", "fail", words="three"),
    acted("attach", "ok", file="f1"),
    acted("attach", "ok", file="f2"),
    acted("detach", "ok", file="f2"),
    acted("move", "ok", move="submit"),
    acted("move", "fail", move="submit"),
    acted("move", "unknown", "wu", "c2", move="submit"),
    acted("desk", "ok", "officer-1", move="claim"),
    acted("desk", "unknown", "officer-1", move="approve"),
    acted("desk", "ok", "officer-1", "c2", move="claim"),
    acted("desk", "ok", "officer-1", "c2", move="propose_refusal"),
    acted("desk", "ok", "officer-2", "c2", move="refuse"),
    acted("pay", "ok", payment="p1"),
    acted("feed", "ok", events=events(*FEEDS["li"][:2]), next="2"),
    acted("peek", "ok", case="c2", status=404),
]
FINAL = [
    {"citizen": "li", "case": "c1", "stage": "production", "words": "two", "files": ["f1"], "listed": ["c1"],
     "feed": events(*FEEDS["li"][2:])},
    {"citizen": "wu", "case": "c2", "stage": "refused", "words": "", "files": [], "listed": ["c2"], "feed": []},
]  # fmt: skip


def recorded(acts):
    return [{"id": number, **act} for number, act in enumerate(acts, 1)]


def found(*, history=HISTORY, final=FINAL, truth=TRUTH):
    return anomalies(recorded(history), final, truth, TABLE)


def looking(**facts):
    return [{**FINAL[0], **facts}, FINAL[1]]


def without(what, **facts):
    return [
        act for act in HISTORY if act["act"] != what or any(act.get(name) != value for name, value in facts.items())
    ]


def test_an_honest_server_is_believed():
    assert found() == []
    assert found(final=looking(words="one")) == []


PLANTED = {
    "a lost edit": ({"final": looking(words="before")}, "acknowledged edit 'one'"),
    "a refused edit that happened": ({"final": looking(words="three")}, "became 'three'"),
    "a lost paper": ({"final": looking(files=[])}, "f1 was acknowledged as attached"),
    "a paper that came back": ({"final": looking(files=["f1", "f2"])}, "f2 was acknowledged as detached"),
    "a lost move": (
        {"truth": replace(TRUTH, steps=[*STEPS, *REFUSED[:-1]], statuses={"c1": "production", "c2": "final_review"})},
        "1 acknowledged, 1 possible, 0 made",
    ),
    "a move nobody made": ({"history": without("desk", move="approve")}, "0 acknowledged, 0 possible, 1 made"),
    "a move made twice": (
        {"truth": replace(TRUTH, steps=[*STEPS, *REFUSED, STEPS[1]])}, "1 acknowledged, 1 possible, 2 made",
    ),
    "another status for the citizen": ({"final": looking(stage="payment_due")}, "payment_due for its citizen"),
    "somebody else's case in the list": ({"final": looking(listed=["c1", "c2"])}, "sees cases"),
    "somebody else's case shown": ({"history": [*HISTORY, acted("peek", "fail", case="c2", status=200)]}, "somebody else"),
    "a step of no table": (
        {"truth": replace(TRUTH, steps=[*STEPS, *REFUSED[:-1], step("refuse", "submitted", "refused", actor="officer-2", case="c2")])},
        "is in no table",
    ),
    "steps that do not join": ({"truth": replace(TRUTH, statuses={"c1": "draft", "c2": "refused"})}, "do not join"),
    "one officer for both": (
        {"truth": replace(TRUTH, steps=[*STEPS, *REFUSED[:-1], {**REFUSED[-1], "actor": "officer-1"}])},
        "officer-1 refused what officer-1",
    ),
    "a number given twice": ({"truth": replace(TRUTH, numbers=["L00000001", "L00000002", "L00000002"])}, "given 2 times"),
    "a gap": ({"truth": replace(TRUTH, numbers=["L00000001", "L00000003"], next={"L": 4})}, "has gaps"),
    "a number that vanished": ({"truth": replace(TRUTH, numbers=["L00000001"])}, "goes on with 3"),
    "money only there": ({"truth": replace(TRUTH, payments=[PAID])}, "r2 is captured only at the payment company"),
    "money only here": ({"truth": replace(TRUTH, captures=TRUTH.captures[:1])}, "r2 is captured only here"),
    "another amount": ({"truth": replace(TRUTH, payments=[PAID | {"amount": 1}, TWICE])}, "1600 there"),
    "money not owed back": ({"truth": replace(TRUTH, payments=[PAID, TWICE | {"refunded": None}])}, "owed back None"),
    "money used twice": (
        {"truth": replace(TRUTH, payments=[PAID, TWICE | {"surplus": False, "refunded": None}])}, "by 2 payments",
    ),
    "a lost payment": ({"history": [*HISTORY, acted("pay", "ok", payment="p9")]}, "p9 was acknowledged and is gone"),
    "news that were lost": ({"final": looking(feed=FINAL[0]["feed"][:1])}, "was told 3 of 4"),
    "news told twice": ({"final": looking(feed=FINAL[0]["feed"][:1] + FINAL[0]["feed"])}, "was told 5 of 4"),
    "news in another order": ({"final": looking(feed=FINAL[0]["feed"][::-1])}, "or in another order"),
    "a step without news": ({"truth": replace(TRUTH, changes=FEEDS | {"wu": FEEDS["wu"][1:]})}, "4 steps, 3 changes"),
}  # fmt: skip


@pytest.mark.parametrize(("broken", "sentence"), PLANTED.values(), ids=PLANTED)
def test_a_broken_promise_is_found(broken, sentence):
    said = found(**broken)

    assert any(sentence in one for one in said), said


def test_an_act_that_was_never_answered_may_have_happened():
    history = [line for line in recorded(HISTORY) if line.get("words") != "two"]
    asked = {"id": 3, "act": "edit", "type": "invoke", "actor": "li", "case": "c1", "words": "two"}

    assert anomalies([*history, asked], FINAL, TRUTH, TABLE) == []
    assert anomalies(history, FINAL, TRUTH, TABLE) != []


def test_silence_and_5xx_are_not_known_and_4xx_did_not_happen():
    class Answer:
        def __init__(self, status_code):
            self.status_code = status_code

    assert [outcome(answer, 200) for answer in (None, Answer(503), Answer(409), Answer(200))] == [
        "unknown", "unknown", "fail", "ok",
    ]  # fmt: skip


def test_a_moment_is_written_as_the_api_writes_it():
    assert written(datetime(2026, 11, 23, 9, 0, 0, 120, tzinfo=UTC)) == "2026-11-23T09:00:00.000120Z"
    assert written(datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) == "2026-11-23T09:00:00Z"
