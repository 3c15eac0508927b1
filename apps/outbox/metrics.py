"""How late deliveries are, and which wait for a person."""

from datetime import datetime

from django.conf import settings

from apps.kernel.metrics import MANY, Gauges, family, gauges, rows

# each part walks the index ``open_deliveries`` from its beginning
_BY_QUEUE = """
SELECT wanted.queue,
       extract(epoch FROM now() - (SELECT min(due_at) FROM outbox_delivery
           WHERE done_at IS NULL AND queue = wanted.queue AND due_at <= now())),
       (SELECT count(*) FROM (SELECT FROM outbox_delivery
           WHERE done_at IS NULL AND queue = wanted.queue AND due_at <= now() LIMIT %s) AS due),
       (SELECT count(*) FROM (SELECT FROM outbox_delivery
           WHERE done_at IS NULL AND queue = wanted.queue AND due_at IS NULL LIMIT %s) AS parked)
FROM unnest(%s::text[]) AS wanted(queue)
"""


def _deliveries(_at: datetime) -> Gauges:
    """By the database's clock, as the deliveries themselves."""
    found = rows(_BY_QUEUE, MANY, MANY, list(settings.QUEUES))
    kinds = [
        ("consular_outbox_oldest_due_seconds", "How long the oldest due delivery has been waiting.", 1),
        ("consular_outbox_due", "Deliveries due and not yet taken.", 2),
        ("consular_outbox_parked", "Deliveries that failed too often and wait for a person.", 3),
    ]
    return [family(name, says, ["queue"], [(row[0], row[at]) for row in found]) for name, says, at in kinds]


gauges.add("outbox", _deliveries)
