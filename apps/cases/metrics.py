"""Which posts have missed the day they promised."""

from datetime import datetime

from apps.cases.statuses import PROMISED
from apps.kernel.metrics import MANY, Gauges, family, gauges, rows

# for each post, the beginning of its part of the index ``promises_of_a_post``
_OVERDUE = """
SELECT post.code,
       (SELECT count(*) FROM (SELECT FROM cases_case
           WHERE post_id = post.code AND status = ANY(%s) AND expected_on < %s LIMIT %s) AS late)
FROM posts_post AS post
"""


def _overdue(at: datetime) -> Gauges:
    """By the day in UTC: a post's own day differs from it by hours, an alarm by days."""
    found = rows(_OVERDUE, [str(status) for status in PROMISED], at.date(), MANY)
    return [family("consular_cases_overdue", "Cases past the day that was promised.", ["post"], found)]


gauges.add("cases", _overdue)
