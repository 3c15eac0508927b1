"""The officer's queue and what is searched in it, in process, against SQL that reads the same page (performance §3)."""

import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import Any

import psycopg2  # type: ignore[import-untyped]
from django.conf import settings
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from consular.database.desk import tell_database
from deploy.bench._data import POST
from deploy.bench._room import Room, cpu
from deploy.bench._table import WrongResult, interleaved, ms

MOST_GROWTH = 1.5
CASES = "/admin/cases/case/"
PAGES = {
    "queue": CASES,
    "tab: mine": f"{CASES}?tab=mine",
    "tab: second officer": f"{CASES}?tab=second",
    "tab: the citizen's turn": f"{CASES}?tab=citizen",
    "tab: all": f"{CASES}?tab=all",
}

_LIMIT = """
SELECT c.*, z.name, z.surname FROM cases_case c JOIN accounts_citizen z ON z.id = c.citizen_id
WHERE c.post_id = %s AND c.status IN ('submitted', 'preliminary_review', 'final_review')
ORDER BY c.due_on, c.submitted_at LIMIT 50
"""


def run(room: Room) -> None:
    with room.administrator() as cursor, closing(_limit_connection(room)) as raw:
        pages = PAGES | _searches(cursor)
        desk = _Desk(room, cursor, f"officer-{POST.lower()}-1")
        measures = {name: partial(desk.opens, path) for name, path in pages.items()}
        found = interleaved(measures | {"limit": partial(desk.reads, raw)}, rounds=room.rounds)
        for name in pages:
            figures = {"ours": ms(found[name]), "limit": f"{ms(found['limit'])} SQL"}
            room.note(name, **figures, ratio=found["limit"] / found[name], cost=found[name], grows=MOST_GROWTH)
        _plans(room, desk, pages)
        _others(room, _Desk(room, cursor, "admin"))


def _searches(cursor: Any) -> dict[str, str]:
    """By what is on the queue: somebody's whole name, the beginning of a common one, and a number."""
    cursor.execute(
        "SELECT c.number, z.name FROM cases_case c JOIN accounts_citizen z ON z.id = c.citizen_id "
        "WHERE c.post_id = %s AND c.status = 'submitted' AND z.surname = 'WANG' ORDER BY c.due_on DESC LIMIT 1",
        [POST],
    )
    number, name = cursor.fetchone()
    cursor.execute("SELECT number FROM cases_case WHERE post_id = %s ORDER BY submitted_at LIMIT 1", [POST])
    asked = {"name": name, "surname": name[0], "number": number, "number of an old case": cursor.fetchone()[0]}
    return {f"search: {what}": f"{CASES}?q={words}" for what, words in asked.items()}


def _plans(room: Room, desk: "_Desk", pages: dict[str, str]) -> None:
    """Whether any page reads the cases from end to end."""
    bad = {name: plans for name, path in pages.items() if (plans := desk.scans(path))}
    for name in bad:
        print(f"       reads all cases from end to end: {name}")
    good = len(pages) - len(bad)
    shown = {"ours": f"{good} of {len(pages)}", "limit": "all"}
    room.note("pages that read no table of cases end to end", **shown, ratio=good / len(pages), least=1)


def _others(room: Room, desk: "_Desk") -> None:
    """Every other list of the desk, for a superuser."""
    lists = [reverse(f"admin:{one._meta.app_label}_{one._meta.model_name}_changelist") for one in admin.site._registry]  # noqa: SLF001
    found = {path: desk.opens(path, times=1) for path in lists}
    slowest = max(found, key=lambda path: found[path])
    what = f"slowest of {len(found)} lists ({slowest.removeprefix('/admin/')})"
    room.note(what, ours=ms(found[slowest]), limit="", ratio=1)


class _Desk:
    """An officer's browser. Times are seconds of CPU, of this thread and of its database process."""

    def __init__(self, room: Room, cursor: Any, username: str) -> None:
        self.room, self.cursor = room, cursor
        self.client = Client(headers={"Accept-Language": "zh-hans", "Host": "127.0.0.1"})
        user = User.objects.get(username=username)
        with transaction.atomic():
            tell_database(user)
            self.client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])

    def opens(self, path: str, times: int = 2) -> float:
        def read() -> None:
            for _ in range(times):
                answer = self.client.get(path)
                if answer.status_code != 200:  # noqa: PLR2004
                    raise WrongResult(f"{path}: {answer.status_code}")

        return self._used(read, times, "staff")

    def reads(self, raw: Any, times: int = 2) -> float:
        def read() -> None:
            for _ in range(times):
                with raw.cursor() as cursor:
                    cursor.execute(_LIMIT, [POST])
                    cursor.fetchall()

        return self._used(read, times, "limit")

    def scans(self, path: str) -> list[str]:
        """The plans of a page that read all cases; each query is asked for its plan before it runs."""
        found: list[str] = []

        def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
            if sql.startswith("SELECT") and "cases_case" in sql:
                with context["connection"].connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN {sql}", params)
                    plan = "\n".join(line for (line,) in cursor.fetchall())
                if "Seq Scan on cases_case" in plan:
                    found.append(plan)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(explain):
            self.client.get(path)
        return found

    def _used(self, call: Callable[[], None], times: int, who: str) -> float:
        before, own = cpu(self.room.backends(self.cursor, who)), time.thread_time()
        call()
        own = time.thread_time() - own
        return (cpu(self.room.backends(self.cursor, who)) - before + own) / times


def _limit_connection(room: Room) -> Any:
    return psycopg2.connect(**room.admin | {"application_name": "limit"})
