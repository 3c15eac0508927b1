"""Submitting over HTTP, against the same rows written in one round trip (performance §5).

Ours has everything: authentication, idempotency, rights, completeness, history, dates, audit, feed, outbox, wake-up,
and the answer with the whole case. The limit writes and changes the same rows, as psycopg2 sends it.
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg2  # type: ignore[import-untyped]

from apps.cases.events import CaseMoved
from apps.outbox.events import REACTIONS
from deploy.bench._data import POST
from deploy.bench._drafts import Draft, drafts
from deploy.bench._phones import at_once, phone, request
from deploy.bench._room import Room, cpu
from deploy.bench._table import WrongResult, interleaved, ms

LEAST_RATIO = 0.07
SUBMITTED = b'"stage":"submitted"'

_LIMIT = """
INSERT INTO cases_step (move, source, target, by, reasons, note, at, actor_id, case_id)
VALUES ('submit', 'draft', 'submitted', 'applicant', '[]', '', now(), %(account)s, %(case)s);
WITH moved AS (
    UPDATE cases_case SET status = 'submitted', version = version + 1, updated_at = now(), submitted_at = now(),
        charge_policy = 'on_approval', due_on = now()::date + 4, expected_on = now()::date + 4,
        particulars = %(particulars)s
    WHERE id = %(case)s AND status = 'draft' RETURNING id, citizen_id
), logged AS (
    INSERT INTO audit_entry (at, actor, action, subject, citizen, request_id, detail)
    SELECT now(), 'applicant:' || %(account)s, 'case_submit', 'case:' || id, citizen_id, %(case)s,
        '{"source": "draft", "target": "submitted"}' FROM moved
), fed AS (
    INSERT INTO cases_change (kind, subject, at, citizen_id)
    SELECT 'case_moved', 'case:' || id, now(), citizen_id FROM moved
), owed AS (
    INSERT INTO outbox_delivery (event, reaction, body, queue, attempts, forgiven, silent, error)
    SELECT 'CaseMoved', reaction, jsonb_build_object('case', id, 'step', 1, 'kind', 'travel_document', 'move',
        'submit', 'source', 'draft', 'target', 'submitted'), queue, 0, 0, 0, ''
    FROM moved, unnest(%(reactions)s, %(queues)s) AS wanted (reaction, queue)
), kept AS (
    INSERT INTO kernel_answer (actor, key, fingerprint, status, headers, body, created_at)
    SELECT %(account)s, %(case)s, repeat('0', 64), 200, '{}', %(answer)s, now() FROM moved
)
SELECT count(*) FROM moved
"""
_COUNTS = """
SELECT (SELECT count(*) FROM cases_case WHERE id IN (SELECT "case" FROM bench.draft) AND status = 'submitted'),
    (SELECT count(*) FROM cases_step WHERE case_id IN (SELECT "case" FROM bench.draft)),
    (SELECT count(*) FROM cases_change WHERE citizen_id IN (SELECT citizen FROM bench.draft)),
    (SELECT count(*) FROM audit_entry WHERE action = 'case_submit' AND citizen IN (SELECT citizen FROM bench.draft)),
    (SELECT count(*) FROM kernel_answer), (SELECT count(*) FROM outbox_delivery)
"""


def run(room: Room) -> None:
    # many rounds: how fast a disk confirms changes from second to second; long ones: the connecting is in them
    ours, limit, turns = room.times(80), room.times(600), 2 * room.rounds
    rounds = turns + 1
    with room.administrator() as cursor, drafts(cursor, rounds * (ours + limit)) as left, room.server() as (port, pids):
        race = _Race(room, cursor, left, port, pids)
        found = interleaved({"ours": lambda: race.ours(ours), "limit": lambda: race.limit(limit)}, rounds=turns)
        race.check(rounds * (ours + limit))
        spent = race.cpu_per_submission()
    rate = found["ours"] / found["limit"]
    shown = {"ours": f"{found['ours']:.0f}/s", "limit": f"{found['limit']:,.0f}/s one round trip"}
    room.note("submit over HTTP, 8 phones", **shown, ratio=rate, least=LEAST_RATIO, cost=spent["ours"], grows=1.5)
    ratio = spent["limit"] / spent["ours"]
    room.note("  the same, CPU of server and database", ours=ms(spent["ours"]), limit=ms(spent["limit"]), ratio=ratio)


class _Race:
    """Takes drafts away from the pile; counts seconds of CPU on the way."""

    def __init__(self, room: Room, cursor: Any, left: list[Draft], port: int, pids: list[int]) -> None:
        self.room, self.cursor, self.left, self.port, self.pids = room, cursor, left, port, pids
        self.spent: dict[str, list[float]] = {"ours": [], "limit": []}
        moved = CaseMoved(case="", step=0, kind="travel_document", move="submit", source="draft", target="submitted")
        self.wanted = [reaction for reaction in REACTIONS.values() if reaction.wants(moved)]
        self.answer = b"{}"

    def ours(self, count: int) -> float:
        """Submissions a second."""
        asked = [
            request("POST", f"/api/v1/cases/{draft.case}/moves", draft.token, draft.case, {"name": "submit"})
            for draft in self._take(count)
        ]
        return self._timed("ours", asked, lambda: phone(self.port, self._is_right), "api")

    def limit(self, count: int) -> float:
        """The same rows a second."""
        return self._timed("limit", self._take(count), self._writer, "limit")

    def check(self, count: int) -> None:
        """Every submission is there once, with all that follows from it."""
        self.cursor.execute(_COUNTS)
        found = self.cursor.fetchone()
        if found != (count, count, count, count, count, count * len(self.wanted)):
            raise WrongResult(f"{count} were submitted, and there are {found}")

    def cpu_per_submission(self) -> dict[str, float]:
        """Without the first round, which warmed up."""
        return {name: sorted(spent[1:])[len(spent[1:]) // 2] for name, spent in self.spent.items()}

    def _take(self, count: int) -> list[Draft]:
        taken, self.left = self.left[:count], self.left[count:]
        return taken

    def _is_right(self, body: bytes) -> bool:
        self.answer = body
        return SUBMITTED in body

    def _timed(self, name: str, work: Sequence[Any], connect: Callable[[], Callable[[Any], None]], who: str) -> float:
        before, own = self._cpu(who), time.process_time()
        begun = time.perf_counter()
        at_once(work, connect)
        seconds = time.perf_counter() - begun
        # the limit's client is the program; ours is a phone, which nobody counts
        used = self._cpu(who) - before + (time.process_time() - own if who == "limit" else 0)
        self.spent[name].append(used / len(work))
        return len(work) / seconds

    def _cpu(self, who: str) -> float:
        servers = self.pids if who == "api" else []
        return cpu([*servers, *self.room.backends(self.cursor, who)])

    def _writer(self) -> Callable[[Draft], None]:
        connection = psycopg2.connect(os.environ["DATABASE_URL"], application_name="limit")
        particulars = {"name": "李娜", "surname": "LI", "given_names": "NA", "born_on": "1990-01-01", "sex": "F"}
        particulars |= {"place_of_birth": "BEIJING", "nationality": "CHN", "identity_number": ""}
        given: dict[str, Any] = {"particulars": json.dumps(particulars), "answer": self.answer.decode(), "post": POST}
        given |= {"reactions": [one.name for one in self.wanted], "queues": [one.queue for one in self.wanted]}

        def write(draft: Draft) -> None:
            with connection.cursor() as cursor:
                cursor.execute(_LIMIT, given | {"case": draft.case, "account": draft.account})
                if cursor.fetchone() != (1,):
                    raise WrongResult("the limit moved nothing")
            connection.commit()

        return write
