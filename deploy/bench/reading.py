"""The list of one citizen's cases, over HTTP and in process, against SQL that writes the same JSON (performance §2)."""

import json
import os
import time
from collections.abc import Callable
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from django.test import Client

from deploy.bench._data import PER_CITIZEN, closed_of
from deploy.bench._phones import at_once, phone, request
from deploy.bench._room import Room, cpu
from deploy.bench._table import WrongResult, interleaved, ms

PATH = "/api/v1/cases"
MOST_GROWTH = 1.5

_LIMIT = """
SELECT json_agg(line) FROM (
    SELECT c.id, c.number, c.kind, c.service, c.citizen_id AS citizen, c.post_id AS post, c.status, c.urgency,
        c.submitted_at, c.expected_on, c.answer_by, c.created_at, c.updated_at
    FROM accounts_device d JOIN accounts_relation r ON r.user_id = d.user_id
    JOIN cases_case c ON c.citizen_id = r.citizen_id
    WHERE d.token_sha256 = encode(sha256(convert_to(%s, 'UTF8')), 'hex') AND d.revoked_at IS NULL
    ORDER BY c.created_at DESC, c.id DESC LIMIT 20
) AS line
"""


def run(room: Room) -> None:
    with room.administrator() as cursor, room.server() as (port, pids):
        readers = _Readers(room, cursor, port, pids)
        rounds = room.rounds
        found = interleaved(
            {"http": readers.http, "process": readers.in_process, "limit": readers.limit}, rounds=rounds
        )
    rate = f"{readers.rate:.0f}/s, {ms(found['http'])} CPU"
    room.note("a citizen's list of 20 over HTTP", ours=rate, limit=f"{ms(found['limit'])} SQL",
              ratio=found["limit"] / found["http"], cost=found["http"], grows=MOST_GROWTH)  # fmt: skip
    room.note("the same in process", ours=ms(found["process"]), limit=f"{ms(found['limit'])} SQL",
              ratio=found["limit"] / found["process"], cost=found["process"], grows=MOST_GROWTH)  # fmt: skip


class _Readers:
    """Each answers seconds of CPU of program and database for one list; another citizen's each time."""

    def __init__(self, room: Room, cursor: Any, port: int, pids: list[int]) -> None:
        self.room, self.cursor, self.port, self.pids = room, cursor, port, pids
        regulars = closed_of(room.cases) // PER_CITIZEN
        self.tokens = [f"cc_{number * 7919 % regulars:043d}" for number in range(room.times(200))]
        self.rate = 0.0
        self.connection = psycopg2.connect(os.environ["DATABASE_URL"], application_name="limit")

    def http(self) -> float:
        asked = [request("GET", PATH, token) for token in self.tokens]
        begun = time.perf_counter()
        used = self._used(lambda: at_once(asked, lambda: phone(self.port, _is_right)), "api", of_servers=True)
        self.rate = len(asked) / (time.perf_counter() - begun)
        return used

    def in_process(self) -> float:
        client = Client(headers={"Accept-Language": "en", "Host": "127.0.0.1"})

        def read() -> None:
            for token in self.tokens:
                answer = client.get(PATH, headers={"Authorization": f"Bearer {token}"})
                if answer.status_code != 200 or not _is_right(answer.content):  # noqa: PLR2004
                    raise WrongResult(answer.content[:300].decode())

        return self._used(read, "api")

    def limit(self) -> float:
        def read() -> None:
            for token in self.tokens:
                with self.connection.cursor() as cursor:
                    cursor.execute(_LIMIT, [token])
                    if len(cursor.fetchone()[0]) != PER_CITIZEN:
                        raise WrongResult("the limit read another number of cases")
                self.connection.commit()

        return self._used(read, "limit")

    def _used(self, call: Callable[[], None], who: str, *, of_servers: bool = False) -> float:
        """Seconds of CPU for each list. A phone costs its owner, and nobody here."""
        before, own = self._cpu(who), time.thread_time()
        call()
        spent = self._cpu(who) - before + (0 if of_servers else time.thread_time() - own)
        return spent / len(self.tokens)

    def _cpu(self, who: str) -> float:
        servers = self.pids if who == "api" else []
        return cpu([*servers, *self.room.backends(self.cursor, who)])


def _is_right(body: bytes) -> bool:
    return len(json.loads(body)["results"]) == PER_CITIZEN
