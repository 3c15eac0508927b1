"""The broker dies and stays away (R3): phones are served as before, and what waited is worked off when it is back."""

import contextlib
import os
import signal
import time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from deploy.drills import _people as people
from deploy.drills._site import Found, Site
from deploy.local.process import Command
from deploy.local.services import Valkey

EACH = 10
QUIET_SECONDS, AWAY_SECONDS, DRAIN_SECONDS = 20.0, 60.0, 60.0
BETWEEN = 0.1
WAITING = "SELECT count(*) FROM outbox_delivery WHERE done_at IS NULL AND due_at IS NOT NULL AND error = ''"


class Served(NamedTuple):
    """Seconds that each answer took, and what was wrong with others."""

    reads: list[float]
    submits: list[float]
    wrong: list[str]


def broker_gone(site: Site) -> Found:
    """Nothing fails, the 95th percentile of reading and submitting at most doubles, a minute later nothing waits."""
    ready = [people.ready(site.http) for _ in range(2 * EACH)]
    quiet = _serve(ready[:EACH], QUIET_SECONDS)
    command = _kill(site)
    away = _serve(ready[EACH:], AWAY_SECONDS)
    port, service = _port(site), Valkey(site.stack.profile)
    fresh = site.stack.supervisor.start("valkey", command)
    site.stack.supervisor.wait_ready(fresh, lambda: service.probe(port))
    drained = _drained(site)
    slow = [name for name in ("reads", "submits") if _p95(getattr(away, name)) > 2 * _p95(getattr(quiet, name))]
    told = f"{len(away.reads)} reads and {len(away.submits)} submissions in {AWAY_SECONDS:.0f} s without a broker; p95 "
    told += f"{_p95(away.reads):.0f} and {_p95(away.submits):.0f} ms, before "
    told += f"{_p95(quiet.reads):.0f} and {_p95(quiet.submits):.0f} ms; wrong: {(quiet.wrong + away.wrong)[:3]}; "
    told += f"worked off {drained:.1f} s after it came back"
    return Found("R3", not (slow or quiet.wrong or away.wrong) and drained <= DRAIN_SECONDS, told)


def _serve(ready: list[tuple[people.Caller, str]], seconds: float) -> Served:
    """Everybody reads in turn; now and then somebody submits."""
    served, began = Served([], [], []), time.monotonic()
    for number, (caller, case) in enumerate(ready, start=1):
        _timed(served.submits, served.wrong, caller, "POST", f"/api/v1/cases/{case}/moves", {"name": "submit"})
        while time.monotonic() - began < seconds * number / len(ready):
            _timed(served.reads, served.wrong, caller, "GET", "/api/v1/cases")
            time.sleep(BETWEEN)
    return served


def _timed(took: list[float], wrong: list[str], caller: people.Caller, *request: Any) -> None:
    begun = time.monotonic()
    try:
        answer = caller.send(*request)
    except httpx.HTTPError as error:
        wrong.append(type(error).__name__)
        return
    took.append(time.monotonic() - begun)
    if answer.is_error:
        wrong.append(f"{request[0]} {answer.status_code}")


def _p95(took: list[float]) -> float:
    """Of seconds, in milliseconds."""
    return sorted(took)[int(len(took) * 0.95)] * 1000


def _kill(site: Site) -> Command:
    """How to start it again."""
    process = next(one for one in site.stack.supervisor.processes if one.name == "valkey")
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.popen.wait(10)
    site.stack.supervisor.discard(process)
    return process.command


def _drained(site: Site) -> float:
    """Seconds until nothing waits; one more than allowed when it takes longer."""
    began = time.monotonic()
    while site.ask(WAITING)[0][0]:
        if time.monotonic() - began > DRAIN_SECONDS:
            return DRAIN_SECONDS + 1
        time.sleep(0.25)
    return time.monotonic() - began


def _port(site: Site) -> int:
    return urlsplit(site.stack.environ["REDIS_URL"]).port or 0
