"""All that ever happened, in order; what is true now is the last row of its kind and key."""

import json
import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Journal:
    """Append-only, in memory and, with a file, in lines of JSON. Safe for threads; rows are never changed in place."""

    def __init__(self, now: Callable[[], datetime], file: Path | None = None) -> None:
        self._now = now
        self._file = file
        self._entries: list[Row] = []
        self._rows: dict[str, dict[str, Row]] = {}
        self._lock = threading.Lock()
        if file is not None and file.exists():
            self._load(file)

    def write(self, kind: str, key: str, row: Row) -> Row:
        """From now on, ``row`` is what is known of ``key``. It must be JSON."""
        entry = {"at": self._now().isoformat(), "kind": kind, "key": key, "row": json.loads(json.dumps(row))}
        with self._lock:
            self._take(entry)
            if self._file is not None:
                with self._file.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(entry, ensure_ascii=False) + "\n")
                    lines.flush()
                    os.fsync(lines.fileno())
        return row

    def row(self, kind: str, key: str) -> Row | None:
        with self._lock:
            return self._rows.get(kind, {}).get(key)

    def rows(self, kind: str) -> dict[str, Row]:
        """The last row of each key, in the order in which the keys first appeared."""
        with self._lock:
            return dict(self._rows.get(kind, {}))

    def entries(self) -> list[Row]:
        """``at`` (UTC), ``kind``, ``key`` and ``row`` of each change."""
        with self._lock:
            return list(self._entries)

    def _take(self, entry: Row) -> None:
        self._entries.append(entry)
        self._rows.setdefault(entry["kind"], {})[entry["key"]] = entry["row"]

    def _load(self, file: Path) -> None:
        """A crash may have torn the last line; the others are whole."""
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            self._take(entry)
