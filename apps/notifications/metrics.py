"""Messages that did not arrive, or perhaps did not."""

from datetime import datetime

from apps.kernel.metrics import MANY, Gauges, family, gauges, rows
from apps.notifications.statuses import REPEATABLE

_TO_LOOK_AT = """
SELECT wanted.status,
       (SELECT count(*) FROM (SELECT FROM notifications_dispatch
           WHERE status IN ('failed', 'unknown') AND status = wanted.status LIMIT %s) AS found)
FROM unnest(%s::text[]) AS wanted(status)
"""


def _dispatches(_at: datetime) -> Gauges:
    found = rows(_TO_LOOK_AT, MANY, list(REPEATABLE))
    says = "Messages that failed on a channel, or of which nobody knows whether they left."
    return [family("consular_dispatches_to_look_at", says, ["status"], found)]


gauges.add("notifications", _dispatches)
