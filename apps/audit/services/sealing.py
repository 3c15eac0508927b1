"""Entries become batches: hashed, chained, signed; in the background, so that no request waits for it."""

import logging
import time
from datetime import datetime, timedelta

from django.db import connection, transaction

from apps.audit import merkle
from apps.audit.models import Batch, Entry
from apps.audit.rows import leaves
from apps.audit.signers import Signer

MOST = 10_000
"""Entries in a batch: verification names the batch, so it should be small."""

LATE = timedelta(minutes=1)
ONE_SEALER = 0x61756469
"""The advisory lock that keeps two sealers apart."""

# Whoever writes an entry holds this lock on the table before it is given an id, until its transaction ends.
WRITERS = """
SELECT virtualtransaction FROM pg_locks
WHERE relation = 'audit_entry'::regclass AND mode = 'RowExclusiveLock' AND granted
    AND pid IS DISTINCT FROM pg_backend_pid()
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
NEWEST = "SELECT max(id) FROM audit_entry"
FULL = "SELECT id FROM audit_entry WHERE id BETWEEN %s AND %s ORDER BY id OFFSET %s LIMIT 1"

log = logging.getLogger(__name__)


def seal(*, signer: Signer, at: datetime, patience: timedelta = timedelta(seconds=5)) -> list[Batch]:
    """Seal everything whose neighbours are known; answers the batches made. Safe to repeat, and from two places.

    Ids are given out in one order and committed in another. So the newest id is noted, then everybody who is writing,
    and when all of them are done (``patience`` at most) no entry can appear below it any more. Otherwise nothing is
    sealed this time.
    """
    newest = _number(NEWEST)
    if newest is None or not _are_done(_writers(), patience):
        return []
    made = []
    while batch := _seal_next(newest, signer, at):
        made.append(batch)
    return made


def sealing_lag(*, at: datetime) -> timedelta:
    """How long the oldest entry has been waiting for its seal; for metrics."""
    last = _last()
    oldest = Entry.objects.filter(pk__gt=last.last if last else 0).order_by("pk").values_list("at", flat=True).first()
    return max(at - oldest, timedelta()) if oldest else timedelta()


def warn_when_late(*, at: datetime) -> None:
    if (lag := sealing_lag(at=at)) > LATE:
        log.error("audit_sealing_late", extra={"seconds": round(lag.total_seconds())})


@transaction.atomic
def _seal_next(newest: int, signer: Signer, at: datetime) -> Batch | None:
    if not _number("SELECT pg_try_advisory_xact_lock(%s)", ONE_SEALER):
        return None
    last = _last()
    first = last.last + 1 if last else 1
    if first > newest:
        return None
    until = _number(FULL, first, newest, MOST - 1) or newest
    found = list(leaves(first, until))
    batch = Batch(
        number=last.number + 1 if last else 1,
        first=first,
        last=until,
        count=len(found),
        root=merkle.root(found).hex(),
        previous=last.head if last else merkle.NOTHING.hex(),
        key=signer.key,
        sealed_at=at,
    )
    batch.head, batch.signature = batch.counted_head(), signer.sign(batch.statement).hex()
    batch.save(force_insert=True)
    return batch


def _last() -> Batch | None:
    return Batch.objects.order_by("-number").first()


def _are_done(writers: set[str], patience: timedelta) -> bool:
    deadline = time.monotonic() + patience.total_seconds()
    while writers and (writers := writers & _writers()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(WRITERS)
        return {transaction for (transaction,) in cursor.fetchall()}


def _number(sql: str, *given: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        row = cursor.fetchone()
    return row[0] if row else None
