"""`./dev drill history`: many act at random while everything breaks, and every word they were given is checked.

Security R14, in the manner of Jepsen: clients record what they asked and what they were told, faults come from outside,
and afterwards a checker holds that history against what the server says.
"""

import json
import time
from collections import Counter
from collections.abc import Sequence

from deploy.drills._faults import Nemesis
from deploy.drills._ground import Ground, ground, read_lines, words
from deploy.drills._history import Record, Table, anomalies
from deploy.drills._settling import wait_for_nothing
from deploy.drills._table import Line, none_of, show
from deploy.drills._truth import changes, truth
from deploy.local.console import say
from deploy.local.process import Process

SPARE = 2
CALM, RAGE = 15.0, 60.0
"""Seconds: a minute of faults, then as long as a job waits for another worker."""
BETWEEN_WORDS = 10.0
SHOWN = 20


def run(arguments: Sequence[str]) -> int:
    """Print the table; 1 when anything does not fit."""
    given = words("history", arguments, actors=200, minutes=3, posts=4, seed=1)
    seconds = given.pop("minutes") * 60
    with ground() as place:
        return show(rehearse(place, seconds=seconds, **given))


def rehearse(place: Ground, *, actors: int, seconds: int, posts: int, seed: int) -> list[Line]:
    """From the first act to the table. ``actors``: citizens and the two officers of each post."""
    told = place.prepare(count=max(actors - 2 * posts, 2), posts=posts, spare=SPARE)
    before = {citizen: len(found) for citizen, found in changes(place).items()}
    crowd = place.send_in("_actors", "--seconds", str(seconds), "--seed", str(seed))
    nemesis = _break_things(place, crowd, seconds, seed)
    place.stack.supervisor.finish(crowd)
    owed = wait_for_nothing(place, nemesis.revive)
    say("nothing is owed any more; everybody looks once more")
    history = read_lines(place.dir / "history.jsonl")
    _look(place, history)
    final = read_lines(place.dir / "final.jsonl")
    table = Table(start=told["start"], moves=frozenset(tuple(row) for row in told["moves"]))
    found = anomalies(history, final, truth(place, before), table)
    for anomaly in found[:SHOWN]:
        say(anomaly)
    return [*_of_the_acts(history, len(final)), *_of_the_faults(nemesis), none_of("jobs still owed in the end", owed),
            none_of("anomalies", len(found))]  # fmt: skip


def _break_things(place: Ground, crowd: Process, seconds: int, seed: int) -> Nemesis:
    """A calm beginning and a calm end; in between a minute of faults at a time."""
    nemesis, watch = Nemesis(place, seed), Watch(place)
    calm, rage = min(CALM, seconds / 4), min(RAGE, seconds / 2)
    ends_at = time.monotonic() + seconds
    while not crowd.ended:
        until = time.monotonic() + calm
        while time.monotonic() < until and not crowd.ended:
            nemesis.revive()
            watch.say()
            time.sleep(0.25)
        if time.monotonic() + rage < ends_at:
            nemesis.rage(rage, watch.say)
    nemesis.revive()
    return nemesis


class Watch:
    """Says how many acts there were, now and then."""

    def __init__(self, place: Ground) -> None:
        self._file = place.dir / "history.jsonl"
        self._said = 0.0

    def say(self) -> None:
        if time.monotonic() - self._said < BETWEEN_WORDS:
            return
        self._said = time.monotonic()
        done = Counter(line["type"] for line in read_lines(self._file))
        say(", ".join(f"{done[how]} {how}" for how in ("ok", "fail", "unknown")))


def _look(place: Ground, history: Sequence[Record]) -> None:
    cursors = {line["actor"]: line["next"] for line in history if line["act"] == "feed" and line["type"] == "ok"}
    file = place.dir / "cursors.json"
    file.write_text(json.dumps(cursors), encoding="utf-8")
    place.stack.supervisor.finish(place.send_in("_actors", "--final", str(file)))


def _of_the_acts(history: Sequence[Record], looked: int) -> list[Line]:
    ended = [line for line in history if line["type"] != "invoke"]
    kinds = Counter(line["act"] for line in ended)
    how = Counter(line["type"] for line in ended)
    return [
        Line("actors", str(len({line["actor"] for line in ended}))),
        Line("citizens who looked in the end", str(looked)),
        Line("acts", str(len(ended)), ", ".join(f"{number} {what}" for what, number in sorted(kinds.items()))),
        Line("acknowledged, refused, not known", f"{how['ok']}, {how['fail']}, {how['unknown']}"),
    ]


def _of_the_faults(nemesis: Nemesis) -> list[Line]:
    great = ", ".join(f"{nemesis.count(what)} {what}" for what in ("flush", "broker", "database"))
    return [
        Line("workers killed", nemesis.killed),
        Line("other faults", great),
    ]
