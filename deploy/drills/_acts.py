"""One act and what came of it, as two lines of `history.jsonl`."""

import itertools
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from deploy.drills._client import BROKEN, Journal

AT_ONCE = 12
"""Real connections; more would only wait at the door of a small machine."""

Outcome = tuple[str, dict[str, Any]]


class History:
    """Numbers the acts and writes both lines of each."""

    def __init__(self, path: Path) -> None:
        self._journal = Journal(path)
        self._numbers = itertools.count(1)
        self._door = threading.Semaphore(AT_ONCE)

    def act(self, actor: str, what: str, do: Callable[[], Outcome], **facts: Any) -> Outcome:
        with self._door:
            number = next(self._numbers)
            self._journal.write(id=number, type="invoke", at=time.time(), actor=actor, act=what, **facts)
            how, saw = do()
            self._journal.write(id=number, type=how, at=time.time(), actor=actor, act=what, **{**facts, **saw})
        return how, saw


def outcome(answer: httpx.Response | None, *good: int) -> str:
    if answer is None or answer.status_code >= BROKEN:
        return "unknown"
    return "ok" if answer.status_code in good else "fail"
