"""Holds what clients wrote down against what the server says in the end. Pure: lists in, sentences out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """The workflow: where it begins and (move, source, target, by) of every row."""

    start: str
    moves: frozenset[tuple[str, str, str, str]]


@dataclass(frozen=True)
class Truth:
    """What the database holds when nothing is owed any more.

    ``steps``: case, move, source, target, by, actor (a name), in their order. ``statuses``: by case. ``changes``:
    the feed by citizen, each (kind, subject, at), of which ``before`` were there before anybody acted. ``numbers``:
    of documents, ``next``: the next one by prefix. ``payments``: id, reference, payable, status, amount, currency,
    surplus, refunded (amount or None). ``captures``: the journal of the payment company.
    """

    statuses: dict[str, str] = field(default_factory=dict)
    steps: Sequence[Record] = ()
    changes: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    numbers: Sequence[str] = ()
    next: dict[str, int] = field(default_factory=dict)
    payments: Sequence[Record] = ()
    captures: Sequence[Record] = ()


def anomalies(history: Sequence[Record], final: Sequence[Record], truth: Truth, table: Table) -> list[str]:
    """Everything that does not fit; empty when the server kept every word."""
    acts = [line for line in history if line["type"] != "invoke"] + list(_unanswered(history))
    acts.sort(key=lambda line: int(line["id"]))
    return [
        *_edits(acts, final),
        *_papers(acts, final),
        *_moves(acts, truth),
        *_looks(acts, final, truth),
        *_paths(truth, table),
        *_second_officers(truth),
        *_numbers(truth),
        *_money(acts, truth),
        *_feeds(acts, final, truth),
    ]


def _unanswered(history: Sequence[Record]) -> Iterator[Record]:
    """Acts whose actor never came back to say how they ended."""
    answered = {line["id"] for line in history if line["type"] != "invoke"}
    yield from (line | {"type": "unknown"} for line in history if line["id"] not in answered)


def _possible(acts: Iterable[Record]) -> list[Record]:
    """The last acknowledged act, and those after it that may have happened."""
    kept: list[Record] = []
    for act in acts:
        if act["type"] == "ok":
            kept = [act]
        elif act["type"] == "unknown":
            kept.append(act)
    return kept


def _edits(acts: Sequence[Record], final: Sequence[Record]) -> Iterator[str]:
    for look in final:
        edits = [act for act in acts if act["act"] == "edit" and act["case"] == look["case"]]
        possible = _possible(edits)
        is_sure = any(act["type"] == "ok" for act in possible)
        if is_sure and look["words"] not in {act["words"] for act in possible}:
            yield f"case {look['case']}: the acknowledged edit {possible[0]['words']!r} became {look['words']!r}"


def _papers(acts: Sequence[Record], final: Sequence[Record]) -> Iterator[str]:
    by_file: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for act in acts:
        if act["act"] in {"attach", "detach"}:
            by_file[act["case"], act["file"]].append(act)
    there = {(look["case"], file) for look in final for file in look["files"]}
    for place, done in by_file.items():
        possible = _possible(done)
        if not possible or possible[0]["type"] != "ok":
            continue
        wanted = {act["act"] == "attach" for act in possible}
        if (place in there) not in wanted:
            yield f"case {place[0]}: paper {place[1]} was acknowledged as {possible[0]['act']}ed and is not"


def _moves(acts: Sequence[Record], truth: Truth) -> Iterator[str]:
    """As many steps as were acknowledged, and no more than may have happened."""
    made = Counter((step["case"], step["move"], step["actor"]) for step in truth.steps if step["by"] != "system")
    sure: Counter[tuple[str, str, str]] = Counter()
    perhaps: Counter[tuple[str, str, str]] = Counter()
    for act in acts:
        if act["act"] in {"move", "desk"}:
            place = act["case"], act["move"], act["actor"]
            sure[place] += act["type"] == "ok"
            perhaps[place] += act["type"] in {"ok", "unknown"}
    for place in made.keys() | sure.keys():
        if not sure[place] <= made[place] <= perhaps[place]:
            yield f"{place}: {sure[place]} acknowledged, {perhaps[place]} possible, {made[place]} made"


def _looks(acts: Sequence[Record], final: Sequence[Record], truth: Truth) -> Iterator[str]:
    for look in final:
        fact = truth.statuses.get(look["case"])
        if fact != look["stage"]:
            yield f"case {look['case']} is {look['stage']} for its citizen and {fact} in fact"
        if set(look["listed"]) != {look["case"]}:
            yield f"citizen {look['citizen']} sees cases {look['listed']}"
    for act in acts:
        if act["act"] == "peek" and act["type"] == "fail":
            yield f"citizen {act['actor']} was shown case {act['case']} of somebody else ({act.get('status')})"


def _paths(truth: Truth, table: Table) -> Iterator[str]:
    by_case: dict[str, list[Record]] = defaultdict(list)
    for step in truth.steps:
        by_case[step["case"]].append(step)
        if (step["move"], step["source"], step["target"], step["by"]) not in table.moves:
            yield f"case {step['case']}: {step['move']} from {step['source']} to {step['target']} is in no table"
    for case, status in truth.statuses.items():
        places = [table.start, *(place for step in by_case[case] for place in (step["source"], step["target"])), status]
        pairs = list(zip(places[::2], places[1::2], strict=True))
        if any(before != after for before, after in pairs):
            yield f"case {case}: its steps do not join: {places}"


def _second_officers(truth: Truth) -> Iterator[str]:
    proposed: dict[str, str] = {}
    for step in truth.steps:
        if step["move"] == "propose_refusal":
            proposed[step["case"]] = step["actor"]
        if step["move"] == "refuse" and proposed.get(step["case"], step["actor"]) == step["actor"]:
            yield f"case {step['case']}: {step['actor']} refused what {step['actor']} had proposed"


def _numbers(truth: Truth) -> Iterator[str]:
    """Void ones count: a number is taken once, and none is left out."""
    for number, times in Counter(truth.numbers).items():
        if times > 1:
            yield f"document number {number} was given {times} times"
    for prefix in truth.next.keys() | {number[0] for number in truth.numbers}:
        given = sorted(int(number[1:]) for number in truth.numbers if number[0] == prefix)
        if given and (given[0] != 1 or any(after - before > 1 for before, after in pairwise(given))):
            yield f"series {prefix} has gaps"
        if truth.next.get(prefix) != (given[-1] if given else 0) + 1:
            yield f"series {prefix} goes on with {truth.next.get(prefix)} after {len(given)} documents"


def _money(acts: Sequence[Record], truth: Truth) -> Iterator[str]:
    ours = {one["reference"]: one for one in truth.payments if one["status"] == "captured"}
    theirs = {one["reference"]: one for one in truth.captures}
    for reference in ours.keys() ^ theirs.keys():
        yield f"payment {reference} is captured only {'here' if reference in ours else 'at the payment company'}"
    for reference in ours.keys() & theirs.keys():
        mine, told = ours[reference], theirs[reference]
        if (mine["amount"], mine["currency"]) != (told["amount_minor"], told["currency"]):
            yield f"payment {reference}: {mine['amount']} {mine['currency']} here, {told['amount_minor']} there"
    yield from _uses(list(ours.values()), truth)
    known = {one["id"] for one in truth.payments}
    for act in acts:
        if act["act"] == "pay" and act["type"] == "ok" and act["payment"] not in known:
            yield f"payment {act['payment']} was acknowledged and is gone"


def _uses(captured: Sequence[Record], truth: Truth) -> Iterator[str]:
    """What was taken was used for one case, or is owed back, whole; never both, never neither."""
    paid = Counter(f"case:{step['case']}" for step in truth.steps if step["move"] == "pay")
    used = Counter(one["payable"] for one in captured if not one["surplus"])
    for payable in paid.keys() | used.keys():
        once_used = Counter(one["payable"] for one in captured)[payable]
        if not max(paid[payable], used[payable]) <= 1 or paid[payable] > once_used or used[payable] > paid[payable]:
            yield f"{payable}: {paid[payable]} times paid by {used[payable]} payments"
    for one in captured:
        if one["surplus"] != (one["refunded"] is not None) or one["refunded"] not in {None, one["amount"]}:
            yield f"payment {one['reference']}: surplus {one['surplus']}, owed back {one['refunded']}"


def _feeds(acts: Sequence[Record], final: Sequence[Record], truth: Truth) -> Iterator[str]:
    """From the first answer on, everybody was told everything once, in its order."""
    read: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for act in acts:
        if act["act"] == "feed" and act["type"] == "ok":
            read[act["actor"]] += _told(act["events"])
    for look in final:
        citizen = look["citizen"]
        if citizen not in read:
            continue
        owed = truth.changes.get(citizen, [])[truth.before.get(citizen, 0) :]
        told = read[citizen] + _told(look["feed"])
        if told != owed:
            yield f"citizen {citizen}: was told {len(told)} of {len(owed)} changes, or in another order"
    everything = [change for changes in truth.changes.values() for change in changes]
    moved = Counter(subject for kind, subject, _at in everything if kind == "case_moved")
    made = Counter(f"case:{step['case']}" for step in truth.steps)
    for subject in made.keys() | moved.keys():
        if made[subject] != moved[subject]:
            yield f"{subject}: {made[subject]} steps, {moved[subject]} changes"


def _told(events: Iterable[Record]) -> list[tuple[str, str, str]]:
    return [(event["kind"], event["subject"], event["at"]) for event in events]
