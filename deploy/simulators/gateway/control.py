"""The control port: the world that a merchant cannot see, in JSON, and the citizen's phone as a page.

| call | does |
|---|---|
| ``GET /livez`` | 200 |
| ``GET /clock``, ``POST /clock {"advance": seconds}`` | the time; runs what comes due on the way |
| ``GET /faults``, ``POST /faults {"rules": […], "seed"?}``, ``DELETE /faults`` | the names known, and the plan |
| ``GET /faults/log`` | every fault done, in order |
| ``POST /payer/{scan,confirm,pay,cancel} {"code" or "reference"}`` | the citizen's phone; ``pay`` is the first two |
| ``GET /payer/orders`` | what the phone can see |
| ``GET /journal`` | all that ever happened |
| ``POST /console/refund``, ``POST /keys/rotate``, ``POST /balance`` | as the gateway says |
| ``GET /``, ``POST /phone`` | the phone as a page; ``?lang=en`` for English |
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from deploy.simulators.gateway.clock import rfc3339
from deploy.simulators.gateway.faults import read
from deploy.simulators.gateway.magic import MAGIC
from deploy.simulators.gateway.page import POLICY, render
from deploy.simulators.gateway.plug import Answer, Gateway, Refused, Request
from deploy.simulators.gateway.web import Handler, Port
from deploy.simulators.gateway.world import World

Asked = dict[str, Any]
SAFE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


class ControlPort(Port):
    world: World
    gateway: Gateway

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, Handler)

    def serve(self, request: Request) -> Answer:
        if (request.method, request.path) in {("GET", "/"), ("POST", "/phone")}:
            return self._phone(request)
        try:
            status, told = 200, self._do(request.method, request.path, _object(request.body))
        except Refused as refused:
            status, told = refused.status, {"error": refused.code}
        content = json.dumps(told, ensure_ascii=False).encode()
        return Answer(status, content, {"Content-Type": "application/json", **SAFE})

    def _do(self, method: str, path: str, asked: Asked) -> Any:
        """The clock moves without the lock of the world: what comes due takes it."""
        if path == "/clock":
            return self._clock(method, asked)
        with self.world.lock:
            return (self._look if method == "GET" else self._change)(method, path, asked)

    def _look(self, method: str, path: str, asked: Asked) -> Any:
        match path:
            case "/livez":
                return {"name": self.gateway.name}
            case "/faults":
                magic = {f"{ending:02}": said for ending, (said, _) in MAGIC.items()}
                return {"known": sorted(self.gateway.faults), "seed": self.world.faults.seed, "magic": magic}
            case "/faults/log":
                return self.world.faults.log()
            case "/payer/orders":
                return [asdict(payable) for payable in self.gateway.payables()]
            case "/journal":
                return self.world.journal.entries()
        return self.gateway.control(method, path, asked)

    def _change(self, method: str, path: str, asked: Asked) -> Any:
        calls: dict[tuple[str, str], Callable[[Asked], Any]] = {
            ("POST", "/faults"): self._plan,
            ("DELETE", "/faults"): self._forget,
            ("POST", "/console/refund"): self.gateway.refund_in_console,
            ("POST", "/keys/rotate"): self.gateway.rotate,
            ("POST", "/balance"): self._fill,
            **{("POST", f"/payer/{verb}"): call for verb, call in self._verbs().items()},
        }
        call = calls.get((method, path))
        return call(asked) if call else self.gateway.control(method, path, asked)

    def _clock(self, method: str, asked: Asked) -> Any:
        if method == "POST":
            seconds = asked.get("advance", -1)
            if type(seconds) not in (int, float) or seconds < 0 or set(asked) != {"advance"}:
                raise Refused(400, "wrong_advance")
            self.world.advance(seconds)
        now = self.world.clock.now()
        return {"now": now.isoformat(), "beijing": rfc3339(now), "offset": self.world.clock.offset}

    def _plan(self, asked: Asked) -> Any:
        rules, seed = asked.get("rules"), asked.get("seed", self.world.faults.seed)
        if not isinstance(rules, list) or type(seed) is not int or set(asked) - {"rules", "seed"}:
            raise Refused(400, "wrong_plan")
        read_rules = [read(rule, self.gateway.faults) for rule in rules]
        self.world.faults.seed = seed
        self.world.faults.add(*read_rules)
        return {"seed": seed, "rules": len(read_rules)}

    def _forget(self, asked: Asked) -> Any:
        self.world.faults.clear()
        return {}

    def _fill(self, asked: Asked) -> Any:
        self.world.faults.clear("not_enough")
        return self.gateway.set_balance(asked)

    def _verbs(self) -> dict[str, Callable[[Asked], Any]]:
        gateway = self.gateway
        return {
            "scan": lambda asked: asdict(gateway.scan(asked)),
            "confirm": lambda asked: asdict(gateway.confirm(asked)),
            "cancel": lambda asked: asdict(gateway.cancel(asked)),
            "pay": lambda asked: asdict(gateway.scan(asked) and gateway.confirm(asked)),
        }

    def _phone(self, request: Request) -> Answer:
        """The page; what is pressed is answered by a redirect, so that reloading presses nothing."""
        language = "en" if request.query.get("lang") == "en" else "zh-hans"
        if request.method == "POST":
            return Answer(303, b"", {"Location": f"/?lang={language}{self._press(request.body)}", **SAFE})
        with self.world.lock:
            payables = self.gateway.payables()
        page = render(payables, language, said=request.query.get("said", ""), title=self.gateway.name)
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY, **SAFE}
        return Answer(200, page.encode(), headers)

    def _press(self, body: bytes) -> str:
        form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
        press = self._verbs().get(form.get("action", ""))
        if press is None:
            return "&said=refused"
        try:
            with self.world.lock:
                press({"code": form.get("code", "")})
        except Refused as refused:
            return f"&said={refused.code}"
        return ""


def _object(body: bytes) -> Asked:
    """Raises ``Refused`` (400)."""
    try:
        asked = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise Refused(400, "malformed") from None
    if not isinstance(asked, dict):
        raise Refused(400, "malformed")
    return asked
