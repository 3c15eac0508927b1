"""`python -m deploy.drills._crowd`: everybody who prepared an application submits, is approved, pays and reads on.

Each step that the server acknowledged is a line of `steps.jsonl`, each request one of `requests.jsonl`.
"""

import argparse
import json
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from deploy.drills._client import PATIENCE, Desk, GaveUp, Journal, Phone, Wire

BETWEEN_LOOKS = 0.5


class Crowd:
    """The people of one file, served by every officer of their posts."""

    def __init__(self, base_url: str, staff_url: str, folder: Path) -> None:
        self._requests = Journal(folder / "requests.jsonl")
        self._steps = Journal(folder / "steps.jsonl")
        self._urls = base_url, staff_url
        self._local = threading.local()
        self._desks: dict[str, queue.Queue[str]] = {}

    def open_desks(self, officers: list[dict[str, str]], posts: set[str]) -> None:
        """One thread per officer, for as long as the process lives."""
        self._desks = {post: queue.Queue() for post in posts}
        for officer in officers:
            if officer["post"] in posts:
                threading.Thread(target=self._serve, args=(officer,), daemon=True).start()

    def go_through(self, person: dict[str, Any]) -> None:
        """From the draft to the paper in hand. Whatever stops it is written down and stays for the table."""
        try:
            for step in self._journey(person):
                self._steps.write(case=person["case"], step=step, at=time.time())
        except (GaveUp, TimeoutError, LookupError, httpx.HTTPError) as reason:
            self._steps.write(
                case=person["case"], step="stuck", at=time.time(), why=f"{type(reason).__name__}: {reason}"
            )

    def _journey(self, person: dict[str, Any]) -> Iterator[str]:
        phone = Phone(self._wire("api", self._urls[0]), person["token"])
        path = f"/api/v1/cases/{person['case']}"
        _expect(phone.post(f"{path}/moves", key=f"submit-{person['case']}", name="submit"))
        yield "submitted"
        self._desks[person["post"]].put(person["case"])
        _wait(lambda: _stage(phone, path) == "payment_due", "an officer approved")
        yield "approved"
        yield from self._pay(phone, path, person["case"])
        _wait(lambda: _stage(phone, path) == "ready_to_collect", "the document is made")
        yield "made"
        found = _expect(phone.get("/api/v1/documents")).json()["results"]
        address = _expect(phone.get(f"/api/v1/documents/{found[0]['id']}/pdf")).json()["url"]
        if not _expect(phone.get(address)).content.startswith(b"%PDF-"):
            raise LookupError("what was read is no PDF")
        yield "read"

    def _pay(self, phone: Phone, path: str, case: str) -> Iterator[str]:
        _expect(phone.get(f"{path}/quote"))
        opened = _expect(phone.post(f"{path}/payments", key=f"pay-{case}", provider="sandbox")).json()
        attempt = f"/api/v1/payments/{opened['id']}"
        found: dict[str, Any] = {}

        def has_page() -> bool:
            found.update(_expect(phone.get(attempt)).json())
            return bool(found["checkout_url"])

        _wait(has_page, "there is a page to pay on")
        till = self._wire("till", found["checkout_url"])
        _expect(till.patiently("POST", found["checkout_url"], data={"action": "pay"}), see_other=True)
        yield "charged"
        _wait(lambda: _expect(phone.get(attempt)).json()["status"] == "captured", "the payment is known")
        yield "paid"

    def _serve(self, officer: dict[str, str]) -> None:
        desk = Desk(Wire(self._urls[1], self._requests, "staff"), officer["username"], officer["password"])
        waiting = self._desks[officer["post"]]
        desk.sign_in()
        while True:
            case = waiting.get()
            try:
                if not (desk.move(case, "claim") and desk.move(case, "approve")):
                    raise LookupError("the button stayed")
            except (GaveUp, LookupError, StopIteration) as reason:
                self._steps.write(case=case, step="desk", at=time.time(), why=f"{type(reason).__name__}: {reason}")

    def _wire(self, side: str, url: str) -> Wire:
        """Of this thread: a phone keeps its connection."""
        known: dict[str, Wire] = self._local.__dict__
        if side not in known:
            known[side] = Wire(url if side != "till" else "", self._requests, side)
        return known[side]


def _expect(answer: httpx.Response, *, see_other: bool = False) -> httpx.Response:
    """Raises ``LookupError`` for any other answer than the wanted one."""
    if answer.is_success or (see_other and answer.has_redirect_location):
        return answer
    raise LookupError(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:200]}")


def _stage(phone: Phone, path: str) -> str:
    return str(_expect(phone.get(path)).json()["stage"])


def _wait(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {PATIENCE:.0f} s until {what}")
        time.sleep(BETWEEN_LOOKS)


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy.drills._crowd")
    for name in ("base-url", "staff-url"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("people", "logins", "folder"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=12)
    given = parser.parse_args()
    people = json.loads(given.people.read_text(encoding="utf-8"))["people"]
    officers = json.loads(given.logins.read_text(encoding="utf-8"))["officers"]
    crowd = Crowd(given.base_url, given.staff_url, given.folder)
    crowd.open_desks(officers, {person["post"] for person in people})
    with ThreadPoolExecutor(given.threads) as pool:
        list(pool.map(crowd.go_through, people))
    return 0


if __name__ == "__main__":
    sys.exit(main())
