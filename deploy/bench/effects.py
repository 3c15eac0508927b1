"""From a commit to what follows from it, and how fast a pile of it is worked off (performance §7).

The worker is a real one with the real broker; the clock is the database's. The limit of the pile is SQL that does
the same in batches of a hundred.
"""

import statistics
import time
from typing import Any

from django.db import connection, transaction

from apps.outbox.services import drain, publish
from deploy.bench._reactions import QUEUE, REACTION, SomethingHappened
from deploy.bench._room import Room
from deploy.bench._table import WrongResult, interleaved

MOST_SECONDS = 0.050
LEAST_DRAIN = 0.3
WAIT_SECONDS = 60.0

_TABLES = """
DROP TABLE IF EXISTS bench.effect, bench.fact;
CREATE TABLE bench.effect (number bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE bench.fact (number bigint PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp());
GRANT SELECT, INSERT ON bench.effect, bench.fact TO PUBLIC;
TRUNCATE outbox_delivery;
"""
_PILE = """
TRUNCATE bench.effect, outbox_delivery;
INSERT INTO outbox_delivery (event, reaction, body, queue, attempts, forgiven, silent, error)
SELECT 'SomethingHappened', %s, jsonb_build_object('number', n), %s, 0, 0, 0, '' FROM generate_series(1, %s) AS n;
ANALYZE outbox_delivery
"""
_BATCH = """
WITH taken AS (
    SELECT id, body FROM outbox_delivery WHERE done_at IS NULL AND queue = %s AND due_at <= statement_timestamp()
    ORDER BY due_at LIMIT 100 FOR UPDATE SKIP LOCKED
), done AS (
    UPDATE outbox_delivery SET done_at = statement_timestamp(), due_at = NULL, attempts = attempts + 1
    WHERE id IN (SELECT id FROM taken)
)
INSERT INTO bench.effect (number) SELECT (body->>'number')::bigint FROM taken
"""


def run(room: Room) -> None:
    with room.administrator() as cursor:
        cursor.execute(_TABLES)
        with room.worker(QUEUE, "deploy.bench._reactions"):
            waits = _waits(room.times(500))
        _note_waits(room, waits)
        _note_drain(room, cursor)
        cursor.execute("DROP TABLE bench.effect, bench.fact; TRUNCATE outbox_delivery")


def _waits(times: int) -> list[float]:
    """Seconds from just before the commit to the reaction, one fact after another with nothing else to do."""
    for number in range(times + 20):  # the first ones warm up
        with transaction.atomic():
            publish(SomethingHappened(number))
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO bench.fact (number) VALUES (%s)", [number])
        _await(number + 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM effect.at - fact.at) FROM bench.effect JOIN bench.fact USING (number) "
            "WHERE number >= 20"
        )
        return sorted(float(seconds) for (seconds,) in cursor.fetchall())


def _await(count: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while _done() != count:
        if time.monotonic() > deadline:
            raise WrongResult(f"{count} things happened, {_done()} effects after {WAIT_SECONDS:.0f} s")
        time.sleep(0.005)


def _done() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bench.effect")
        return int(cursor.fetchone()[0])


def _note_waits(room: Room, waits: list[float]) -> None:
    if not waits:
        raise WrongResult("no effects")
    half, late = statistics.median(waits), waits[int(len(waits) * 0.99)]
    for name, found in (("p50", half), ("p99", late)):
        most = {"most": 1} if name == "p99" else {}
        shown = {"ours": f"{found * 1000:.1f} ms", "limit": f"{MOST_SECONDS * 1000:.0f} ms asked"}
        room.note(f"commit to effect, idle, {name}", **shown, ratio=found / MOST_SECONDS, **most)


def _note_drain(room: Room, cursor: Any) -> None:
    ours = limit = room.times(20_000)
    found = interleaved(
        {"ours": lambda: _drained(cursor, ours), "limit": lambda: _batched(cursor, limit)}, rounds=room.rounds
    )
    shown = {"ours": f"{found['ours']:.0f}/s", "limit": f"{found['limit']:,.0f}/s SQL by 100"}
    room.note("cheap effects worked off", **shown, ratio=found["ours"] / found["limit"], least=LEAST_DRAIN)


def _drained(cursor: Any, count: int) -> float:
    cursor.execute(_PILE, [REACTION, QUEUE, count])
    begun, done = time.perf_counter(), 0
    while done < count and (taken := drain(queue=QUEUE)):
        done += taken
    seconds = time.perf_counter() - begun
    _check(cursor, count)
    return count / seconds


def _batched(cursor: Any, count: int) -> float:
    cursor.execute(_PILE, [REACTION, QUEUE, count])
    begun = time.perf_counter()
    for _ in range(-(-count // 100)):
        with connection.cursor() as own:
            own.execute(_BATCH, [QUEUE])
    seconds = time.perf_counter() - begun
    _check(cursor, count)
    return count / seconds


def _check(cursor: Any, count: int) -> None:
    cursor.execute("SELECT count(*), (SELECT count(*) FROM outbox_delivery WHERE done_at IS NULL) FROM bench.effect")
    if cursor.fetchone() != (count, 0):
        raise WrongResult(f"a pile of {count} was not worked off exactly once")
