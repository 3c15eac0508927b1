"""``/livez``: the process answers. ``/readyz``: it can do its work, with the reason when not."""

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse


def livez(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok", "version": settings.VERSION})


def readyz(request: HttpRequest) -> JsonResponse:
    """Only PostgreSQL decides: without a broker we still accept everything, and the sweep catches up."""
    problem = _database_problem()
    status = 503 if problem else 200
    return JsonResponse({"status": problem or "ok", "version": settings.VERSION}, status=status)


def _database_problem() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return "database unreachable"
    return "migrations waiting" if waiting else ""
