"""`./dev drill workers`: workers die, the broker forgets, the database restarts, while applications go all the way.

Security R1, R2, R4: nothing is lost, nothing happens twice, and half a minute after the last fault nothing is owed.
"""

import math
import os
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from deploy.drills._faults import Nemesis
from deploy.drills._ground import LEASE_SECONDS, Ground, ground, read_lines, words
from deploy.drills._ledger import NOT_KNOWN, TOLD_TWICE, Sum, add_up, fates, repeated_letters
from deploy.drills._settling import PARKED, settled_after, wait_for_nothing
from deploy.drills._table import Line, none_of, show
from deploy.local.console import say
from deploy.local.process import Process

SETTLES_IN = 30.0
LONGEST_GAP = 15.0
BETWEEN_WORDS = 5.0
BEFORE_FAULTS = 0.02
"""Of all applications: so many are through before the first fault."""


def run(arguments: Sequence[str]) -> int:
    """Print the table; 1 when anything is not as claimed."""
    given = words("workers", arguments, applications=500, seconds=60, threads=12, posts=4, seed=1)
    with ground() as place:
        return show(rehearse(place, **given))


def rehearse(place: Ground, *, applications: int, seconds: int, threads: int, posts: int, seed: int) -> list[Line]:
    """From the first submission to the table."""
    place.prepare(count=applications, posts=posts, spare=0)
    say(f"{applications} people with complete applications are ready; seed {seed}")
    began = time.monotonic()
    crowd = place.send_in("_crowd", "--threads", str(threads))
    nemesis = Nemesis(place, seed)
    watch = Watch(place, crowd, applications, nemesis)
    watch.until(lambda: watch.count("made") >= max(1, applications * BEFORE_FAULTS))
    nemesis.rage(seconds, watch.say)
    through = watch.count("read")
    settled = settled_after(place, nemesis.last, watch.say)
    watch.until(lambda: False)
    owed = wait_for_nothing(place, nemesis.revive)
    say(f"everybody was served in {time.monotonic() - began:.0f} s; {through} were through when the faults ended")
    return [*_of_the_faults(nemesis, applications), *_of_the_outcome(place), *_of_time(place, nemesis, settled, owed)]


class Watch:
    """Says how far everybody is, now and then."""

    def __init__(self, place: Ground, crowd: Process, people: int, nemesis: Nemesis) -> None:
        self._nemesis = nemesis
        self._place = place
        self._crowd = crowd
        self._people = people
        self._said = 0.0

    def count(self, step: str) -> int:
        return Counter(line["step"] for line in read_lines(self._place.dir / "steps.jsonl"))[step]

    def say(self) -> None:
        self._nemesis.revive()
        if time.monotonic() - self._said < BETWEEN_WORDS:
            return
        self._said = time.monotonic()
        done = Counter(line["step"] for line in read_lines(self._place.dir / "steps.jsonl"))
        steps = ", ".join(
            f"{done[step]} {step}" for step in ("submitted", "approved", "paid", "read", "stuck") if done[step]
        )
        say(f"{steps or 'nobody yet'} of {self._people}")

    def until(self, is_so: Any) -> None:
        """Until that, or until the crowd has gone home. Raises LaunchError when it fell over."""
        while not (is_so() or self._crowd.ended):
            self.say()
            time.sleep(0.25)
        if self._crowd.ended and self._crowd in self._place.stack.supervisor.processes:
            self._nemesis.revive()
            self._place.stack.supervisor.finish(self._crowd)


def _of_the_faults(nemesis: Nemesis, applications: int) -> list[Line]:
    began, ended = nemesis.gap
    away = max(ended - began, 0.0)
    great = ", ".join(what for what in ("flush", "broker", "database") if nemesis.count(what))
    return [
        Line("applications", str(applications)),
        Line("workers killed", nemesis.killed),
        Line("other faults", great),
        Line("database away", f"{away:.1f} s", f"≤ {LONGEST_GAP:.0f} s", away <= LONGEST_GAP),
    ]


def _of_the_outcome(place: Ground) -> list[Line]:
    steps = read_lines(place.dir / "steps.jsonl")
    acknowledged = [line["case"] for line in steps if line["step"] == "submitted"]
    found: Sum = add_up(fates(place), acknowledged)
    for line in steps:
        if line["step"] in {"stuck", "desk"}:
            say(f"{line['step']}: {line['case']}: {line['why']}")
    return [
        Line("acknowledged submissions", str(len(acknowledged))),
        *(none_of(name.replace("_", " "), number) for name, number in found._asdict().items()),
        none_of("duplicate messages", repeated_letters(place.letters()) + int(place.ask(TOLD_TWICE)[0][0])),
        Line("messages whose fate is not known", str(place.ask(NOT_KNOWN)[0][0])),
        none_of("people who gave up", sum(line["step"] == "stuck" for line in steps)),
    ]


def _of_time(place: Ground, nemesis: Nemesis, settled: float, owed: int) -> list[Line]:
    requests = read_lines(place.dir / "requests.jsonl")
    began, ended = nemesis.gap
    outside = [line for line in requests if not began - line["took"] <= line["at"] <= ended]
    broken = [line for line in outside if line["status"] >= 500]  # noqa: PLR2004
    silent = [line for line in outside if not line["status"]]
    for line in [*broken, *silent][:10]:
        say(f"{line['status'] or line['why']}: {line['what']}, {line['at'] - began:+.1f} s from the database's fall")
    return [
        none_of("jobs still owed in the end", owed),
        none_of("jobs given up (parked)", int(place.ask(PARKED)[0][0])),
        Line(
            "settled after the last fault", f"{settled:.1f} s", f"≤ {SETTLES_IN:.0f} s (lease {LEASE_SECONDS} s)",
            settled <= SETTLES_IN,
        ),
        none_of("5xx outside the database's gap", len(broken)),
        Line("connections that ended without an answer", str(len(silent)), "asked again"),
        *(Line(f"p95 of {side}", f"{p95(outside, side) * 1000:.0f} ms") for side in ("api", "staff")),
        Line("requests", str(len(requests))),
        Line("load of this machine", f"{os.getloadavg()[1]:.1f} on {os.cpu_count()} cores", "what the times depend on"),
    ]  # fmt: skip


def p95(requests: list[dict[str, Any]], side: str) -> float:
    """Seconds; of the answers to one kind of caller."""
    took = sorted(line["took"] for line in requests if line["side"] == side and line["status"])
    return float(took[math.ceil(len(took) * 0.95) - 1]) if took else 0.0
