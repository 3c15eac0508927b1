"""A fact and what follows from it, as cheap as can be: the worker of the bench knows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from apps.outbox.events import Event, on_many

QUEUE = "bench"
REACTION = "deploy.bench._reactions.note_it"


@dataclass(frozen=True, slots=True)
class SomethingHappened(Event):
    number: int


@on_many(SomethingHappened, queue=QUEUE)
def note_it(events: Sequence[SomethingHappened]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench.effect (number) SELECT unnest(%s)", [[event.number for event in events]])
