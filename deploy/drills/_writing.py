"""A client that writes all the time and remembers what it was promised."""

import threading
import time
from dataclasses import dataclass, field

import psycopg2  # type: ignore[import-untyped]

TABLE = "drill_acknowledged"
EVERY_SECONDS = 0.01


@dataclass
class Writer:
    """One row after another, each in a transaction of its own; ``promised`` are those whose commit was answered."""

    url: str
    promised: dict[int, float] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Make the table and begin, in the background."""
        with psycopg2.connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} (number bigint PRIMARY KEY, text text NOT NULL)")
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(20)

    def _write(self) -> None:
        """Until told to stop, or until the database is gone."""
        connection = psycopg2.connect(self.url)
        number = 0
        try:
            while not self._over.is_set():
                number += 1
                with connection, connection.cursor() as cursor:
                    cursor.execute(f"INSERT INTO {TABLE} VALUES (%s, %s)", (number, "x" * 500))  # noqa: S608
                self.promised[number] = time.time()
                time.sleep(EVERY_SECONDS)
        except psycopg2.Error:
            return
        finally:
            connection.close()
