"""An officer who presses what is there, and now and then what is not."""

import random
import re
from typing import Any

from deploy.demo.desk import ADMIN, Form
from deploy.drills._acts import History, Outcome, outcome
from deploy.drills._client import Desk, Wire

TYPED = {
    "ask": "photo_unsuitable",
    "propose_refusal": "deception",
    "return": "cannot_be_made",
    "transfer": "nearer_post",
}
MOVES = (*TYPED, "claim", "approve", "refuse", "send_back", "release", "hand_over")
CASE = re.compile(rf"{ADMIN}/cases/case/([0-9a-f-]{{36}})/change/")
ANY = 0.15


class Officer:
    """One browser; looks at cases of any post, and presses what is there or what is not."""

    def __init__(
        self, login: dict[str, str], wire: Wire, history: History, dice: random.Random, cases: list[dict[str, Any]]
    ) -> None:
        self.name = login["username"]
        self._desk = Desk(wire, login["username"], login["password"])
        self._wire = wire
        self._history = history
        self._dice = dice
        self._cases: list[str] = [case["case"] for case in cases]
        self._queue: list[str] = []
        self._posts = sorted({case["post"] for case in cases})
        self._signed_in = False

    def one_act(self) -> None:
        if not self._signed_in:
            self._desk.sign_in()
            self._signed_in = True
        case = self._next()
        page = self._wire.once("GET", f"{ADMIN}/cases/case/{case}/change/")
        self._signed_in = page is None or "/login/" not in page.headers.get("location", "")
        forms = [form for form in Form(page.text if page is not None else "").forms if form.get("move")]
        if not forms:
            return
        form = dict(self._dice.choice(forms))
        if self._dice.random() < 0.2:  # noqa: PLR2004
            form["move"] = self._dice.choice(MOVES)
        name = form["move"]
        form |= {"note": "drill", "post": self._dice.choice(self._posts)} if name in TYPED else {}
        form |= {"reasons": TYPED[name]} if name in TYPED else {}

        def do() -> Outcome:
            answer = self._desk.press(case, form)
            how = outcome(answer, 302)
            has_moved = answer is not None and answer.headers.get("location") == f"{ADMIN}/cases/case/{case}/change/"
            return "fail" if how == "ok" and not has_moved else how, {}

        self._history.act(self.name, "desk", do, case=case, move=name)

    def _next(self) -> str:
        """Of the queue, as it was shown last; or just any case, most of which are none of this officer's business."""
        if not self._queue:
            page = self._wire.once("GET", f"{ADMIN}/cases/case/", params={"tab": "all"})
            text = page.text if page is not None else ""
            self._queue = [str(found[1]) for found in CASE.finditer(text)]
            self._dice.shuffle(self._queue)
        if not self._queue or self._dice.random() < ANY:
            return self._dice.choice(self._cases)
        return self._queue.pop()
