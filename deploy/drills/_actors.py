"""`python -m deploy.drills._actors`: many who do whatever comes to mind, allowed or not, and write down what they saw.

Every act is two lines of `history.jsonl`: `invoke`, before it, and what came of it: `ok` (acknowledged), `fail`
(refused: it did not happen) or `unknown` (no answer, or 5xx, to the last attempt: it may have happened).
With `--final` nobody acts: everybody looks once, and what they see is `final.jsonl`.
"""

import argparse
import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.drills._acts import AT_ONCE, History
from deploy.drills._citizen import Citizen
from deploy.drills._client import GaveUp, Journal, Wire
from deploy.drills._officer import Officer

THINKS = (0.5, 4.0)
"""Seconds between two acts of one actor."""


def act_until(actor: Citizen | Officer, ends_at: float, dice: random.Random) -> None:
    while time.time() < ends_at:
        try:
            actor.one_act()
        except (GaveUp, StopIteration):
            continue
        time.sleep(dice.uniform(*THINKS))


class Stage:
    """All of them, on a few connections."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._folder: Path = given.folder
        requests = Journal(self._folder / "requests.jsonl")
        self._phones, self._desks = (Wire(url, requests, side) for url, side in given.urls)
        self.history = History(self._folder / "history.jsonl")
        people = json.loads(given.people.read_text(encoding="utf-8"))["people"]
        logins = json.loads(given.logins.read_text(encoding="utf-8"))["officers"]
        self.dice = [random.Random(f"{given.seed}-{turn}") for turn in range(len(people) + len(logins))]  # noqa: S311
        self.citizens = [
            Citizen(person, self._phones, self.history, self.dice[turn], people[turn - 1]["case"])
            for turn, person in enumerate(people)
        ]
        posts, url = {person["post"] for person in people}, given.urls[1][0]
        self.officers = [
            Officer(login, Wire(url, requests, "staff"), self.history, dice, people)
            for login, dice in zip(logins, self.dice[len(people) :], strict=False)
            if login["post"] in posts
        ]

    def play(self, seconds: int) -> None:
        ends_at = time.time() + seconds
        everybody = [*self.citizens, *self.officers]
        with ThreadPoolExecutor(len(everybody)) as pool:
            list(pool.map(lambda pair: act_until(pair[0], ends_at, pair[1]), zip(everybody, self.dice, strict=False)))

    def look(self, cursors: dict[str, str]) -> None:
        final = Journal(self._folder / "final.jsonl")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda one: final.write(**one.look(cursors.get(one.name, ""))), self.citizens))


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy.drills._actors")
    for name in ("base-url", "staff-url"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("people", "logins", "folder", "final"):
        parser.add_argument(f"--{name}", type=Path, required=name != "final")
    for name in ("seconds", "seed"):
        parser.add_argument(f"--{name}", type=int, default=0)
    given = parser.parse_args()
    given.urls = ((given.base_url, "api"), (given.staff_url, "staff"))
    stage = Stage(given)
    if given.final:
        stage.look(json.loads(given.final.read_text(encoding="utf-8")))
    else:
        stage.play(given.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
