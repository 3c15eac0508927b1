"""What Stripe answers instead of an object."""

import json
from typing import Any

from deploy.simulators.gateway.plug import Answer

JSON = {"Content-Type": "application/json"}
WRONG, IDEMPOTENCY, API = "invalid_request_error", "idempotency_error", "api_error"


class Failed(Exception):
    """An answer in the shape of an error. ``is_kept`` tells whether an idempotency key replays it."""

    def __init__(
        self, status: int, message: str, *, code: str = "", param: str = "", kind: str = WRONG, is_kept: bool = True
    ) -> None:
        super().__init__(message)
        self.status = status
        self.is_kept = is_kept
        told = {"code": code, "message": message, "param": param, "type": kind}
        self.body = {"error": {name: value for name, value in told.items() if value}}

    @property
    def answer(self) -> Answer:
        return Answer(self.status, dump(self.body), JSON)


class Invalid(Failed):
    """A parameter that is missing, unknown or wrong: nothing has begun."""

    def __init__(self, message: str, param: str = "", code: str = "") -> None:
        super().__init__(400, message, code=code, param=param, is_kept=False)


def missing(what: str, id_: str, param: str) -> Failed:
    return Failed(404, f"No such {what}: '{id_}'", code="resource_missing", param=param)


def dump(body: Any) -> bytes:
    return json.dumps(body, indent=2, ensure_ascii=False).encode()
