"""``Idempotency-Key``: what was answered once is answered again, for a day."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from deploy.simulators.gateway.plug import Answer, Request
from deploy.simulators.gateway.world import World
from deploy.simulators.stripe.errors import IDEMPOTENCY, JSON, Failed

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
LONGEST = 255


class Keys:
    """A key is busy while the request that brought it is alive; one that the network swallowed is alive no more."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._busy: WeakValueDictionary[str, Request] = WeakValueDictionary()

    def begin(self, request: Request) -> None:
        """It has arrived; whoever comes with the same key while it is served is told to wait."""
        if key := _key(request):
            self._busy.setdefault(key, request)

    def once(self, request: Request, asked: dict[str, Any], run: Callable[[], Answer]) -> Answer:
        """What ``run`` answers, or what it answered before. Raises ``Failed``."""
        key = _key(request)
        if not key:
            return run()
        self._check(key, request)
        digest = _digest(request, asked)
        row = self.world.journal.row("idempotency", key)
        if row is not None and self.world.clock.now() < datetime.fromisoformat(row["at"]) + KEPT:
            return _again(key, row, digest)
        try:
            answer = run()
        except Failed as failed:
            if failed.is_kept:
                self._keep(key, digest, failed.answer)
            raise
        self._keep(key, digest, answer)
        return answer

    def fail(self, request: Request, answer: Answer) -> None:
        """What was answered in the end was a 5xx, and that is what is kept."""
        row = self.world.journal.row("idempotency", _key(request))
        if row is not None:
            self._keep(_key(request), row["digest"], answer)

    def _check(self, key: str, request: Request) -> None:
        if len(key) > LONGEST:
            raise Failed(400, f"Idempotency keys are at most {LONGEST} characters long.", is_kept=False)
        if self._busy.get(key, request) is not request:
            told = (
                f"There is currently another in-progress request using this Idempotency-Key ({key}). Try again later."
            )
            raise Failed(409, told, code="idempotency_key_in_use", kind=IDEMPOTENCY, is_kept=False)

    def _keep(self, key: str, digest: str, answer: Answer) -> None:
        now = self.world.clock.now().isoformat()
        told = {"at": now, "digest": digest, "status": answer.status, "body": answer.body.decode()}
        self.world.journal.write("idempotency", key, told)


def _key(request: Request) -> str:
    """Only what changes something has one."""
    return request.headers.get(HEADER, "") if request.method == "POST" else ""


def _digest(request: Request, asked: dict[str, Any]) -> str:
    told = json.dumps([request.method, request.path, asked], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _again(key: str, row: dict[str, Any], digest: str) -> Answer:
    if row["digest"] != digest:
        told = (
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request."
        )
        raise Failed(400, told, kind=IDEMPOTENCY, is_kept=False)
    return Answer(row["status"], row["body"].encode(), {**JSON, "Idempotent-Replayed": "true"})
