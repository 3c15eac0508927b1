"""What was taken for whom, and which apps are gone."""

import json
import os
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FAULTS = {
    "late": "taken, and answered after half a minute",
    "error_500": "taken, and answered with HTTP 500",
    "unavailable": "not taken: HTTP 503",
    "quota": "not taken: HTTP 429",
    "none": "a good day",
}
LATE_SECONDS = 30


class Trouble(Exception):
    """What a service answers instead of taking the notification: status, code, and more for its body."""

    def __init__(self, status: int, code: str, **more: Any) -> None:
        self.status, self.code, self.more = status, code, more
        super().__init__(code)


class Books:
    """In memory and, when there is a file, one line per event. One thread only: the server's loop."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._plan: deque[str] = deque()
        self.taken: list[dict[str, Any]] = []
        self.gone: dict[str, float] = {}
        for line in file.read_text().splitlines() if file and file.exists() else ():
            self._read(line)

    def plan(self, faults: Iterable[str]) -> None:
        self._plan = deque(faults)

    def next_fault(self) -> str:
        return self._plan.popleft() if self._plan else "none"

    def take(self, service: str, token: str, id: str, note: dict[str, Any]) -> None:  # noqa: A002
        found = {"service": service, "token": token, "id": id, "note": note, "at": time.time()}
        self.taken.append(found)
        self._write(found)

    def uninstall(self, token: str) -> None:
        self.gone[token] = time.time()
        self._write({"gone": token, "at": self.gone[token]})

    def shown(self, token: str = "") -> list[dict[str, Any]]:
        """One entry for each notification a phone shows: a later one under the same collapse id replaces the first."""
        shown: dict[tuple[str, str], dict[str, Any]] = {}
        for one in self.taken:
            if token in {"", one["token"]}:
                shown[one["token"], one["note"].get("collapse") or one["id"]] = one
        return list(shown.values())

    def _read(self, line: str) -> None:
        """A crash may have torn the last line; the others are whole."""
        try:
            found = json.loads(line)
        except ValueError:
            return
        if "gone" in found:
            self.gone[found["gone"]] = found["at"]
        else:
            self.taken.append(found)

    def _write(self, found: dict[str, Any]) -> None:
        if self._file is not None:
            with self._file.open("a") as lines:
                lines.write(json.dumps(found, ensure_ascii=False) + "\n")
                lines.flush()
                os.fsync(lines.fileno())
