"""Sealing the audit and checking it, against reading the same rows and hashing them (performance §7)."""

import hashlib
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils.timezone import now

from apps.audit.rows import CONTENT
from apps.audit.services import seal, verify
from apps.audit.signers import public_keys, signer
from deploy.bench._room import Room, cpu
from deploy.bench._table import WrongResult, interleaved

_FILL = """
TRUNCATE audit_entry, audit_batch RESTART IDENTITY;
INSERT INTO audit_entry (at, actor, action, subject, citizen, request_id, detail)
SELECT now(), 'officer:' || gen_random_uuid(), 'case_viewed', 'case:' || gen_random_uuid(), gen_random_uuid(),
    gen_random_uuid(), '{"source": "submitted", "target": "preliminary_review"}' FROM generate_series(1, %s);
ANALYZE audit_entry
"""


def run(room: Room) -> None:
    count = room.times(50_000)
    with room.administrator() as cursor:
        cursor.execute(_FILL, [count])
        auditor = _Auditor(room, cursor, count)
        measures = {"limit": auditor.reads, "seal": auditor.seals, "verify": auditor.verifies}
        found = interleaved(measures, rounds=room.rounds)
        cursor.execute("TRUNCATE audit_entry, audit_batch RESTART IDENTITY")
    for name, says in (("seal", "audit entries sealed"), ("verify", "audit entries verified")):
        shown = {"ours": f"{1 / found[name]:,.0f}/CPU s", "limit": f"{1 / found['limit']:,.0f}/CPU s read and hashed"}
        room.note(says, **shown, ratio=found["limit"] / found[name])


class _Auditor:
    """Each answers seconds of CPU for one entry, of this process and of the database."""

    def __init__(self, room: Room, cursor: Any, count: int) -> None:
        self.room, self.cursor, self.count = room, cursor, count

    def reads(self) -> float:
        def read() -> None:
            with connection.cursor() as cursor:
                cursor.execute(CONTENT, (1, self.count))
                hashed = [hashlib.sha256(text.encode()).digest() for (text,) in cursor.fetchall()]
            if len(hashed) != self.count:
                raise WrongResult("entries are missing")

        return self._used(read)

    def seals(self) -> float:
        self.cursor.execute("TRUNCATE audit_batch")

        def work() -> None:
            made = seal(signer=signer(), at=now())
            if sum(batch.count for batch in made) != self.count:
                raise WrongResult("not every entry was sealed")

        return self._used(work)

    def verifies(self) -> float:
        def work() -> None:
            verdict = verify(keys=public_keys(), heads={})
            if verdict.findings or (verdict.entries, verdict.unsealed) != (self.count, 0):
                raise WrongResult(f"verification says {verdict}")

        return self._used(work)

    def _used(self, call: Callable[[], None]) -> float:
        before, own = cpu(self.room.backends(self.cursor, "auditor")), time.thread_time()
        call()
        own = time.thread_time() - own
        return (cpu(self.room.backends(self.cursor, "auditor")) - before + own) / self.count
