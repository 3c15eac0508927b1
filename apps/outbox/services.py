"""Publish, take, run, finish. Security design 1: lease, fencing token, stable key, sweeper."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from celery import signature
from django.conf import settings
from django.db import connection, transaction
from django.db.models import DurationField, F, Value
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from apps.kernel.errors import Unavailable
from apps.kernel.faults import fault_point
from apps.outbox.events import REACTIONS, Event, Reaction
from apps.outbox.models import Delivery

MAX_ATTEMPTS = 5
"""Of a reaction that fails for a reason of its own; one that waits for somebody else is more patient."""
MAX_WAITS = 60

MANY = 500
"""Events given to one reaction at once."""

TAKE_MORE = """
UPDATE outbox_delivery SET attempts = 1, silent = 1, due_at = statement_timestamp() + %s
WHERE id = ANY (ARRAY(
    SELECT id FROM outbox_delivery
    WHERE done_at IS NULL AND queue = %s AND due_at <= statement_timestamp() AND reaction = %s AND attempts = 0
    ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
))
RETURNING id, body
"""
"""An array is looked up once; ``IN`` may be asked again for every row, and then its limit limits nothing."""
FINISH_ALL = """
UPDATE outbox_delivery SET done_at = statement_timestamp(), due_at = NULL, error = ''
WHERE id = ANY(%s) AND attempts = 1 AND done_at IS NULL
RETURNING id
"""
"""Done before it is run: the lock and the record in one statement, of a transaction that has the work as well."""

KEPT_FOR = timedelta(days=30)

log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another worker has taken the job; whatever this one found is not recorded."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A taken delivery: the ``Job`` an effect is given."""

    pk: int
    attempt: int
    tries: int
    """Attempts since the start or the last replay."""

    @property
    def key(self) -> str:
        return f"delivery-{self.pk}"

    @contextmanager
    def finish(self) -> Iterator[None]:
        with transaction.atomic():
            mine = Delivery.objects.open().select_for_update().filter(pk=self.pk, attempts=self.attempt)
            if not mine.exists():
                raise LeaseLost(self.key)
            yield
            Delivery.objects.filter(pk=self.pk).update(done_at=Now(), due_at=None, error="")

    def is_finished(self) -> bool:
        return not Delivery.objects.open().filter(pk=self.pk).exists()


def publish(event: Event) -> None:
    """Record the event in the caller's transaction; its reactions run once that commits."""
    wanted = [reaction for reaction in REACTIONS.values() if reaction.wants(event)]
    body = asdict(event)
    Delivery.objects.bulk_create(
        Delivery(event=type(event).__name__, reaction=reaction.name, body=body, queue=reaction.queue)
        for reaction in wanted
    )
    awaited = {entry[1] for entry in connection.run_on_commit}
    for call in {Wake(reaction.queue) for reaction in wanted} - awaited:
        transaction.on_commit(call)


@dataclass(frozen=True, slots=True)
class Wake:
    """A call that equals every other for the same queue: a transaction wakes each once, whatever it publishes.

    (A test that only pretends to commit is in one transaction to its end.)
    """

    queue: str

    def __call__(self) -> None:
        wake(self.queue)


def wake(queue: str) -> None:
    """Tell the workers there is something to do. Only a hint: without a broker the sweep finds it."""
    try:
        signature("outbox.drain", (queue,)).apply_async(queue=queue, retry=False, expires=10)
    except (OperationalError, OSError):
        log.warning("broker_unreachable", extra={"queue": queue})


def drain(*, queue: str, rounds: int = 200) -> int:
    """Run what is due in this queue, oldest first, one or many in a round; answers how many were taken."""
    taken = 0
    for _ in range(rounds):
        row, others = _take(queue)
        if row is None:
            return taken
        taken += 1 + len(others)
        fault_point("outbox.taken")
        if others:
            _run_together(REACTIONS[row.reaction], {row.pk: row.body} | others)
        else:
            _run(row)
    wake(queue)
    return taken


@transaction.atomic
def _take(queue: str) -> tuple[Delivery | None, dict[int, Any]]:
    """Lease what is due first; and facts of others by their key, if its reaction takes many and it was never tried."""
    due = Delivery.objects.due(queue=queue).filter(silent__lt=MAX_ATTEMPTS).order_by("due_at")
    row = due.select_for_update(skip_locked=True).first()
    if row is None:
        return None, {}
    lease = Value(settings.OUTBOX_LEASE, output_field=DurationField())
    Delivery.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1, silent=F("silent") + 1, due_at=Now() + lease)
    reaction = REACTIONS.get(row.reaction)
    if reaction is None or reaction.outside:
        return row, {}
    with connection.cursor() as cursor:
        # a server that crashes and forgets the lease has lost the connection that would have recorded the work
        cursor.execute("SET LOCAL synchronous_commit = off")
        if not reaction.many or row.attempts:
            return row, {}
        given: list[Any] = [settings.OUTBOX_LEASE, queue, row.reaction, MANY - 1]
        cursor.execute(TAKE_MORE, given)
        others = sorted(cursor.fetchall())
    return row, {pk: json.loads(body) for pk, body in others}


def _run_together(reaction: Reaction, taken: dict[int, Any]) -> None:
    """In one transaction; when that fails, each is due again at once, and goes alone."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(FINISH_ALL, [list(taken)])
                held = {pk for (pk,) in cursor.fetchall()}
            reaction.run([reaction.event(**body) for pk, body in taken.items() if pk in held])
    except Exception:
        log.exception("reactions_failed_together", extra={"reaction": reaction.name, "count": len(taken)})
        again = Delivery.objects.open().filter(pk__in=list(taken), attempts=1)
        again.update(due_at=Now(), silent=0, forgiven=1)


def _run(row: Delivery) -> None:
    lease = Lease(row.pk, row.attempts + 1, row.attempts + 1 - row.forgiven)
    try:
        reaction = REACTIONS[row.reaction]
        _perform(reaction, reaction.event(**row.body), lease)
    except LeaseLost:
        log.warning("lease_lost", extra={"delivery": row.pk})
    except Exception as error:
        log.exception("reaction_failed", extra={"delivery": row.pk, "reaction": row.reaction})
        _postpone(lease, error)


def _perform(reaction: Reaction, event: Event, lease: Lease) -> None:
    if not reaction.outside:
        with lease.finish():
            reaction.run([event] if reaction.many else event)
        return
    reaction.run(event, lease)
    if not lease.is_finished():
        with lease.finish():
            pass


def _postpone(lease: Lease, error: Exception) -> None:
    """Try again, ever less often; park what keeps failing, where an operator sees it and can replay it."""
    waiting = isinstance(error, (Unavailable, OSError))
    parked = lease.tries >= (MAX_WAITS if waiting else MAX_ATTEMPTS)
    delay = Value(settings.OUTBOX_RETRY * 2 ** min(lease.tries - 1, 8), output_field=DurationField())
    due_at = None if parked else Now() + delay
    held = Delivery.objects.open().filter(pk=lease.pk, attempts=lease.attempt)
    held.update(due_at=due_at, silent=0, error=f"{type(error).__name__}: {getattr(error, 'code', '')}"[:500])


def sweep() -> int:
    """Wake a worker for every queue with something due: what a crash or a lost message left behind."""
    late = Delivery.objects.open().filter(due_at__lte=Now()).order_by().values_list("queue", flat=True).distinct()
    park_the_abandoned()
    queues = list(late)
    for queue in queues:
        wake(queue)
    return len(queues)


def park_the_abandoned() -> int:
    """A reaction that kills its worker every time must not do so for ever."""
    poison = Delivery.objects.open().filter(due_at__lte=Now(), silent__gte=MAX_ATTEMPTS)
    parked = poison.update(due_at=None, error="the worker died on every attempt")
    if parked:
        log.error("deliveries_parked", extra={"count": parked})
    return parked


def replay(*, pks: list[int]) -> int:
    """Give parked deliveries another round of attempts."""
    parked = Delivery.objects.parked().filter(pk__in=pks)
    return parked.update(due_at=Now(), forgiven=F("attempts"), silent=0, error="")


def forget() -> int:
    """Drop what was done long ago; answers how many."""
    old = Now() - Value(KEPT_FOR, output_field=DurationField())
    return Delivery.objects.filter(done_at__lt=old).delete()[0]
