"""A good phone and a good browser: they keep their key, try again when nothing was said, and write down what was."""

import json
import random
import threading
import time
from pathlib import Path
from typing import Any

import httpx

from deploy.demo.desk import ADMIN, Form

PATIENCE = 240.0
"""Seconds after which even a good phone gives up."""
BUSY, BROKEN = 429, 500


class Journal:
    """Lines of JSON, from any thread."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8")

    def write(self, **facts: Any) -> None:
        with self._lock:
            self._file.write(json.dumps(facts, ensure_ascii=False) + "\n")
            self._file.flush()


class GaveUp(Exception):
    """Nothing but silence and 5xx for all of a good phone's patience."""


class Wire:
    """HTTP to one host, every answer on record: ``at``, ``took``, ``status`` (0: none came)."""

    def __init__(self, url: str, journal: Journal, side: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self._journal = journal
        self._side = side

    def once(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        """One attempt; None when no answer came."""
        began, status, why = time.time(), 0, ""
        try:
            answer = self.http.request(method, path, **more)
            status = answer.status_code
        except httpx.TransportError as error:
            why = type(error).__name__
            return None
        finally:
            facts = {"at": began, "took": time.time() - began, "status": status, "why": why}
            self._journal.write(**facts, side=self._side, what=f"{method} {path}")
        return answer

    def patiently(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Until there is an answer that is not 5xx. Raises ``GaveUp``."""
        until, wait = time.monotonic() + PATIENCE, 0.2
        while time.monotonic() < until:
            answer = self.once(method, path, **more)
            if answer is not None and answer.status_code < BROKEN and answer.status_code != BUSY:
                return answer
            time.sleep(wait * random.uniform(0.7, 1.3))  # noqa: S311
            wait = min(wait * 2, 3.0)
        raise GaveUp(f"{method} {path}")


class Phone:
    """Signed in with a token. Every act has a key of its own, the same for every attempt."""

    def __init__(self, wire: Wire, token: str) -> None:
        self._wire = wire
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    def get(self, path: str, **query: str) -> httpx.Response:
        return self._wire.patiently("GET", path, params=query, headers=self._headers)

    def post(self, path: str, *, key: str, **body: Any) -> httpx.Response:
        return self._wire.patiently("POST", path, json=body, headers=self._headers | {"Idempotency-Key": key})

    def try_once(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        headers = self._headers | more.pop("headers", {})
        return self._wire.once(method, path, headers=headers, **more)


class Desk:
    """An officer's browser, signed in by the password of the sandbox."""

    def __init__(self, wire: Wire, username: str, password: str) -> None:
        self._wire = wire
        self.username = username
        self._password = password

    def sign_in(self) -> None:
        page = self._page(f"{ADMIN}/login/")
        token = next(form["csrfmiddlewaretoken"] for form in Form(page).forms if "csrfmiddlewaretoken" in form)
        fields = {"csrfmiddlewaretoken": token, "username": self.username, "password": self._password}
        self._wire.patiently("POST", f"{ADMIN}/login/", data=fields | {"next": f"{ADMIN}/"}, headers=self._referer)

    def form(self, case: str, move: str) -> dict[str, str] | None:
        """The form behind a button, if there is one now."""
        forms = Form(self._page(f"{ADMIN}/cases/case/{case}/change/")).forms
        return next((form for form in forms if form.get("move") == move), None)

    def press(self, case: str, form: dict[str, Any]) -> httpx.Response | None:
        """One attempt; None when no answer came."""
        return self._wire.once("POST", f"{ADMIN}/cases/case/{case}/change/", data=form, headers=self._referer)

    def move(self, case: str, name: str, **typed: Any) -> bool:
        """Look, press, look again, until the button is gone: it was pressed then, by this or an earlier attempt."""
        for _attempt in range(20):
            form = self.form(case, name)
            if form is None:
                return True
            answer = self.press(case, form | typed)
            if answer is not None and answer.status_code == httpx.codes.FOUND:
                return True
            time.sleep(0.5)
        return False

    @property
    def _referer(self) -> dict[str, str]:
        return {"Referer": str(self._wire.http.base_url)}

    def _page(self, address: str) -> str:
        answer = self._wire.patiently("GET", address, headers={"Accept-Language": "en"})
        if answer.status_code == httpx.codes.FOUND and "login" in answer.headers["location"]:
            self.sign_in()
            answer = self._wire.patiently("GET", address, headers={"Accept-Language": "en"})
        return answer.text
