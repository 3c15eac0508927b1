"""Telling a merchant what happened, until it says that it heard, and whatever can go wrong on the way."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from deploy.simulators.gateway.clock import Clock
from deploy.simulators.gateway.faults import BAD_NOTICE, FALSE_NOTICE, Faults
from deploy.simulators.gateway.journal import Journal

ENOUGH = 4096
"""Bytes of a merchant's answer that are read."""
HELD_SECONDS = 30
"""A reordered notice waits for the next one, at most so long."""


@dataclass(frozen=True)
class Manner:
    """How a gateway tells."""

    schedule: tuple[float, ...]
    """Seconds from each attempt to the next; the first attempt is made at once."""
    is_heard: Callable[[int, bytes], bool]
    """Whether this status and body of the merchant's answer acknowledge."""
    timeout: float = 5


@dataclass(frozen=True)
class Notice:
    """One thing to tell. ``write`` makes the headers and the body of an attempt, at that moment and with that
    signature, untrue or badly signed as the names of faults it is given say."""

    id: str
    kind: str
    """``payment`` or ``refund``: the route for the plan of faults."""
    reference: str
    """The merchant's number of the order."""
    url: str
    write: Callable[[frozenset[str]], tuple[Mapping[str, str], bytes]]


@dataclass(frozen=True)
class _Delivery:
    notice: Notice
    false: frozenset[str]
    """Untrue in every attempt."""
    bad: frozenset[str]
    """Badly signed or dated; in the first attempt only, the true one follows."""
    moment: datetime
    attempt: int = 0


class NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *anything: object) -> None:
        return None


class Notices:
    def __init__(self, clock: Clock, faults: Faults, journal: Journal, manner: Manner) -> None:
        self._clock, self._faults, self._journal, self._manner = clock, faults, journal, manner
        self._web = build_opener(ProxyHandler({}), NoRedirects)
        self._held: list[_Delivery] = []
        self._tried: dict[str, int] = {}
        self._changed = threading.Condition()

    def send(self, notice: Notice) -> None:
        """In the background, at once or as the plan says."""
        taken = self._faults.take(
            {"notice_dropped", "notice_duplicate", "notice_reordered", "notice_late"} | FALSE_NOTICE | BAD_NOTICE,
            route=notice.kind,
            reference=notice.reference,
        )
        self._note(notice, 0, "dropped" if "notice_dropped" in taken else "sent")
        if "notice_dropped" in taken:
            return
        late = taken["notice_late"].seconds if "notice_late" in taken else 0
        moment = self._clock.now() + timedelta(seconds=late)
        delivery = _Delivery(notice, FALSE_NOTICE & set(taken), BAD_NOTICE & set(taken), moment)
        if "notice_reordered" in taken:
            self._hold(delivery)
            return
        for _ in range(taken["notice_duplicate"].count if "notice_duplicate" in taken else 1):
            self._plan(delivery)

    def is_waiting(self, id_: str) -> bool:
        """Whether this notice was sent and not acknowledged; a restarted gateway sends such a one again."""
        row = self._journal.row("notice", id_)
        return row is not None and row["result"] not in {"heard", "dropped"}

    def wait_for(self, reference: str, seconds: float) -> bool:
        """Until a first attempt has been made to tell about this order, at most so long (real time)."""
        with self._changed:
            return self._changed.wait_for(lambda: self._tried.get(reference, 0) > 0, seconds)

    def _hold(self, delivery: _Delivery) -> None:
        with self._changed:
            self._held.append(delivery)
        self._clock.after(HELD_SECONDS, lambda: self._release(delivery))

    def _release(self, delivery: _Delivery) -> None:
        with self._changed:
            is_held = delivery in self._held
            self._held = [other for other in self._held if other is not delivery]
        if is_held:
            self._plan(replace(delivery, moment=self._clock.now()))

    def _plan(self, delivery: _Delivery) -> None:
        self._clock.at(delivery.moment, lambda: self._attempt(delivery))

    def _attempt(self, delivery: _Delivery) -> None:
        """Signed at the moment itself. What is heard badly signed was not heard."""
        notice, attempt = delivery.notice, delivery.attempt
        bad = delivery.bad if attempt == 0 else frozenset()
        headers, body = notice.write(delivery.false | bad)
        result = self._post(notice.url, headers, body)
        if bad and result == "heard":
            result = "heard_though_bad"
        self._note(notice, attempt + 1, result, bad=sorted(bad))
        if result != "heard" and attempt < len(self._manner.schedule):
            wait = timedelta(seconds=self._manner.schedule[attempt])
            self._plan(replace(delivery, attempt=attempt + 1, moment=delivery.moment + wait))
        self._settle(notice.reference)

    def _settle(self, reference: str) -> None:
        with self._changed:
            self._tried[reference] = self._tried.get(reference, 0) + 1
            held = list(self._held)
            self._changed.notify_all()
        for delivery in held:
            self._release(delivery)

    def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> str:
        """``heard``, or why not."""
        request = Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310
        try:
            with self._web.open(request, timeout=self._manner.timeout) as answer:
                status, said = answer.status, answer.read(ENOUGH)
        except HTTPError as error:
            with error:
                status, said = error.code, error.read(ENOUGH)
        except (OSError, HTTPException, ValueError) as error:
            return type(error).__name__
        return "heard" if self._manner.is_heard(status, said) else f"refused with {status}"

    def _note(self, notice: Notice, attempt: int, result: str, **more: object) -> None:
        told = {"reference": notice.reference, "about": notice.kind, "url": notice.url}
        known = self._journal.row("notice", notice.id)
        kind = "notice_again" if known is not None and known["result"] == "heard" else "notice"
        self._journal.write(kind, notice.id, {**told, "attempt": attempt, "result": result, **more})
