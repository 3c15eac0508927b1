"""``/livez``: the process answers. ``/readyz``: it can do its work, with the reason when not."""

from collections.abc import Callable
from contextlib import closing

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis import Redis, RedisError

from apps.kernel.api import metrics

Handler = Callable[[HttpRequest], HttpResponse]

BROKER_SECONDS = 0.5
MIGRATED = "migrated"
_known: set[str] = set()
"""A database that once had every migration of this code keeps them: asked until then, not on every call."""


def livez(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok", "version": settings.VERSION})


def readyz(request: HttpRequest) -> JsonResponse:
    """Only PostgreSQL decides: without a broker we still accept everything, and the sweep catches up."""
    problem = _database_problem()
    answer = {"status": problem or "ok", "broker": _broker(), "version": settings.VERSION}
    return JsonResponse(answer, status=503 if problem else 200)


DOORS: dict[str, Handler] = {"/livez": livez, "/readyz": readyz, "/metrics": metrics.page}


def operators(get_response: Handler) -> Handler:
    """Middleware, outermost: these ask by address, not by a host name of ours, and are no visits to count."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return DOORS.get(request.path_info, get_response)(request)

    return middleware


def _database_problem() -> str:
    try:
        return "" if _is_migrated() else "migrations waiting"
    except Error:
        return "database unreachable"


def _is_migrated() -> bool:
    if MIGRATED in _known:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    _known.add(MIGRATED)
    return True


def _broker() -> str:
    line = Redis.from_url(
        settings.CELERY_BROKER_URL, socket_connect_timeout=BROKER_SECONDS, socket_timeout=BROKER_SECONDS
    )
    try:
        with closing(line):
            line.ping()
    except (RedisError, OSError):
        return "unreachable"
    return "ok"
