"""A citizen who does whatever comes to mind with one application."""

import random
import time
from collections.abc import Callable
from typing import Any

import httpx

from deploy.drills._acts import History, Outcome, outcome
from deploy.drills._client import BROKEN, BUSY, Phone, Wire

TRIES = 6
SPARE = "police_report"
"""The material of papers that nobody asked for."""


class Citizen:
    """One phone with one case."""

    def __init__(self, person: dict[str, Any], wire: Wire, history: History, dice: random.Random, other: str) -> None:
        self.person = person
        self.name = person["citizen"]
        self._phone = Phone(wire, person["token"])
        self._till = wire
        self._history = history
        self._dice = dice
        self._other = other
        self._path = f"/api/v1/cases/{person['case']}"
        self._acts = 0
        self._cursor = ""
        self._attached: dict[str, int] = {}

    def one_act(self) -> None:
        """Nothing before there is a place in the feed to go on from."""
        if not self._cursor:
            self._read_feed()
            return
        acts: list[tuple[int, Callable[[], Any]]] = [
            (5, self._edit), (8, lambda: self._move("submit")), (1, lambda: self._move("withdraw")),
            (2, lambda: self._move("answer")), (4, self._pay), (2, self._attach), (2, self._detach),
            (5, self._read_feed), (1, self._peek),
        ]  # fmt: skip
        weights = [weight for weight, _act in acts]
        self._dice.choices(acts, weights)[0][1]()

    def _keep_trying(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        """As a good phone does, but some are switched off after the first silence."""
        answer = None
        for attempt in range(TRIES):
            answer = self._phone.try_once(method, path, **more)
            if answer is not None and answer.status_code < BROKEN and answer.status_code != BUSY:
                return answer
            if self._dice.random() < 0.1:  # noqa: PLR2004
                return answer
            time.sleep(0.3 * 2**attempt)
        return answer

    def _post(self, path: str, **body: Any) -> httpx.Response | None:
        self._acts += 1
        key = f"{self.person['case']}-{self._acts}"
        return self._keep_trying("POST", path, json=body, headers={"Idempotency-Key": key})

    def _edit(self) -> None:
        path = f"/api/v1/travel-documents/{self.person['case']}"
        seen = self._phone.try_once("GET", path)
        if seen is None or not seen.is_success:
            return
        self._acts += 1
        words = f"{self._acts} 上海市静安区"

        def do() -> Outcome:
            answer = self._phone.try_once(
                "PATCH", path, json={"home_address": words}, headers={"If-Match": seen.headers["ETag"]}
            )
            return outcome(answer, 200), {}

        self._history.act(self.name, "edit", do, case=self.person["case"], words=words)

    def _move(self, name: str) -> None:
        def do() -> Outcome:
            answer = self._post(f"{self._path}/moves", name=name)
            how = outcome(answer, 200)
            return how, {"stage": answer.json()["stage"]} if answer is not None and how == "ok" else {}

        self._history.act(self.name, "move", do, case=self.person["case"], move=name)

    def _pay(self) -> None:
        """Now and then twice, with another key; and on the page whoever likes presses twice."""
        for _turn in range(self._dice.choice((1, 1, 2))):
            how, saw = self._history.act(self.name, "pay", self._open_payment, case=self.person["case"])
            if how == "ok":
                self._press(saw["payment"])

    def _open_payment(self) -> Outcome:
        answer = self._post(f"{self._path}/payments", provider="sandbox")
        how = outcome(answer, 201)
        return how, {"payment": answer.json()["id"]} if answer is not None and how == "ok" else {}

    def _press(self, payment: str) -> None:
        for _look in range(8):
            found = self._phone.try_once("GET", f"/api/v1/payments/{payment}")
            page = found.json()["checkout_url"] if found is not None and found.is_success else None
            if page:
                for _press in range(self._dice.choice((1, 2))):
                    self._till.once("POST", page, data={"action": "pay"})
                return
            time.sleep(0.5)

    def _attach(self) -> None:
        file = self._dice.choice(self.person["files"])

        def do() -> Outcome:
            answer = self._post(f"{self._path}/attachments", material=SPARE, file=file)
            how = outcome(answer, 201)
            return how, {"attachments": attached(answer.json())} if answer is not None and how == "ok" else {}

        _how, saw = self._history.act(self.name, "attach", do, case=self.person["case"], file=file)
        self._attached = saw.get("attachments", self._attached)

    def _detach(self) -> None:
        if not self._attached:
            return
        file, number = self._dice.choice(sorted(self._attached.items()))

        def do() -> Outcome:
            answer = self._phone.try_once("DELETE", f"{self._path}/attachments/{number}")
            return outcome(answer, 204), {}

        how, _saw = self._history.act(self.name, "detach", do, case=self.person["case"], file=file)
        if how == "ok":
            del self._attached[file]

    def _read_feed(self) -> None:
        query = {"after": self._cursor} if self._cursor else {}

        def do() -> Outcome:
            answer = self._phone.try_once("GET", "/api/v1/events", params=query)
            how = outcome(answer, 200)
            return how, answer.json() if answer is not None and how == "ok" else {}

        how, saw = self._history.act(self.name, "feed", do, after=self._cursor)
        self._cursor = saw["next"] if how == "ok" else self._cursor

    def _peek(self) -> None:
        """At somebody else's case: there must be nothing."""

        def do() -> Outcome:
            answer = self._phone.try_once("GET", f"/api/v1/cases/{self._other}")
            return outcome(answer, 404), {"status": answer.status_code if answer is not None else 0}

        self._history.act(self.name, "peek", do, case=self._other)

    def look(self, cursor: str) -> dict[str, Any]:
        """Everything once, when all is quiet."""
        case = self._phone.get(self._path).json()
        asked = self._phone.get(f"/api/v1/travel-documents/{self.person['case']}").json()
        listed = [one["id"] for one in self._phone.get("/api/v1/cases").json()["results"]]
        feed: list[Any] = []
        last = ""
        while cursor and cursor != last:
            last, page = cursor, self._phone.get("/api/v1/events", after=cursor).json()
            feed, cursor = feed + page["events"], page["next"]
        facts = {"stage": case["stage"], "words": asked["home_address"], "listed": listed, "feed": feed}
        return {"citizen": self.name, "case": self.person["case"], "files": sorted(attached(case)), **facts}


def attached(case: dict[str, Any]) -> dict[str, int]:
    """File and attachment of the papers that nobody asked for."""
    material = next(one for one in case["materials"] if one["code"] == SPARE)
    return {paper["file"]: paper["id"] for paper in material["attachments"]}
