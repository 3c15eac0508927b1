"""What an operator watches: how full, how late, how often. ``apps/*/metrics.py`` each add what they know.

Names and labels are codes: never an id, a name or a number of a person. Every question to the database is bounded.
"""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from django.db import DatabaseError, connection, transaction
from prometheus_client import Counter, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily

from apps.kernel.errors import DomainError
from apps.kernel.registry import Registry

Gauges = list[GaugeMetricFamily]
Read = Callable[[datetime], Gauges]
"""Asks the database, at this time. It may take two seconds; what it counts, it counts up to ``MANY``."""

Parameter = str | int | date | list[str]

gauges: Registry[Read] = Registry("gauges")

MANY = 10_000
"""Nobody needs to know how much more than this: counting stops here."""

KEPT_FOR = timedelta(seconds=5)
PATIENCE = "SET LOCAL statement_timeout = '2s'"

disable_created_metrics()  # type: ignore[no-untyped-call]
REQUESTS = Counter("consular_http_requests", "Requests answered.", ["method", "route", "status"])
LATENCY = Histogram(
    "consular_http_request_seconds",
    "Time until the answer began.",
    ["method", "route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

log = logging.getLogger(__name__)


class Product:
    """A collector for ``prometheus_client``: every gauge, asked at most every five seconds in a process."""

    def __init__(self, at: Callable[[], datetime]) -> None:
        self._at = at
        self._answers: Gauges = []
        self._good_until = 0.0

    def collect(self) -> Iterator[GaugeMetricFamily]:
        if time.monotonic() >= self._good_until:
            self._answers = read_all(at=self._at())
            self._good_until = time.monotonic() + KEPT_FOR.total_seconds()
        yield from self._answers


def read_all(*, at: datetime) -> Gauges:
    """What every app answers, and which could not: a part that fails hides no other."""
    up = GaugeMetricFamily("consular_gauges_up", "1 where an app could say how it is.", labels=["app"])
    answers: Gauges = [up]
    for name in gauges:
        found = _read(name, at)
        up.add_metric([name], float(found is not None))
        answers += found or []
    return answers


def rows(sql: str, *parameters: Parameter) -> list[tuple[object, ...]]:
    """For questions that the ORM cannot ask within bounds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[object, ...]] = cursor.fetchall()
    return found


def family(name: str, says: str, labels: list[str], values: list[tuple[object, ...]]) -> GaugeMetricFamily:
    """One gauge; each of ``values`` is its labels and, last, its number."""
    made = GaugeMetricFamily(name, says, labels=labels)
    for *codes, number in values:
        made.add_metric([str(code) for code in codes], float(str(number or 0)))
    return made


def _read(name: str, at: datetime) -> Gauges | None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PATIENCE)
            return gauges[name](at)
    except (DatabaseError, DomainError):
        log.exception("gauges_unreadable", extra={"app": name})
        return None


def _connections(_at: datetime) -> Gauges:
    """Who is connected to the database: processes name themselves, so this is the workers' sign of life."""
    found = rows(
        "SELECT application_name, count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1 LIMIT 50"
    )
    return [family("consular_database_connections", "Connections by process.", ["process"], found)]


gauges.add("kernel", _connections)
