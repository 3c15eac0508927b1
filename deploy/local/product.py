"""The product's own processes on a developer's machine, as a server would run them."""

import json
import os
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from deploy.decoder.install import install as install_decoder
from deploy.local import contract, gateways, simulators
from deploy.local.console import say
from deploy.local.process import Command, Process
from deploy.local.profile import ROOT
from deploy.local.services import HOST, STAFF_PORT, WEB_PORT, free_port
from deploy.local.stack import Stack

# One worker with two processes serves every queue here; an installation gives each queue its own.
QUEUES = ("default", "documents", "files", "messages", "payments")
WORKERS = {"worker": (QUEUES, 2), "auditor": (("audit",), 1)}
WEB = {"api": "PUBLIC_URL", "staff": "STAFF_URL"}

_READY_SECONDS = 90.0
_SHOWN = 6


def bring_up(stack: Stack) -> None:
    """Services, database, static files, simulators, then the product's processes; returns when all are ready.

    Each process has a role of its own in the database: for the phones, for the desk, for workers, for the auditor.
    """
    stack.start()
    simulators.start(stack)
    gateways.start(stack)
    _fill(stack)
    web = [_serve(stack, kind, _port_of(stack.environ[url])) for kind, url in WEB.items()]
    workers = [_work(stack, kind, queues, processes) for kind, (queues, processes) in WORKERS.items()]
    beat = stack.supervisor.start("beat", _python(stack, *_beat(stack), kind="worker"))
    for process, port in web:
        stack.supervisor.wait_ready(process, lambda: readyz(port), _READY_SECONDS)  # noqa: B023
    for worker in workers:
        stack.supervisor.wait_ready(worker, lambda: _said(worker, b" ready."), _READY_SECONDS)  # noqa: B023
    stack.supervisor.check()
    say(f"ready: {', '.join(process.name for process in [*(one for one, _port in web), *workers, beat])}")
    stack.publish()


def web_ports() -> tuple[int, int]:
    """The ports for phones and for staff: 8000 (or `WEB_PORT`) and 8001 when they are free."""
    port = free_port(int(os.environ.get("WEB_PORT") or WEB_PORT))
    return port, free_port(STAFF_PORT if port == WEB_PORT else 0)


def print_addresses(stack: Stack) -> None:
    """Tell the person at the terminal where everything is and who can sign in."""
    url, staff_url = stack.environ["PUBLIC_URL"], stack.environ["STAFF_URL"]
    lines = [
        "",
        f"Staff desk      {staff_url}/admin/",
        f"API             {url}/api/v1/",
        f"Mail            {stack.profile.mail_dir / 'new'}",
        *simulators.addresses(stack),
        f"Logs            {stack.profile.log_dir}",
        "",
        *_people(stack.profile.logins),
        "",
        "Ctrl-C stops everything.",
    ]
    print("\n".join(lines), flush=True)


def _people(logins: Path) -> list[str]:
    """A few of each kind of people in the file that `seed_demo` wrote: {kind: [{field: text}] or {field: text}}."""
    lines: list[str] = []
    for kind, found in json.loads(logins.read_text()).items():
        people = found if isinstance(found, list) else [found]
        title = kind.removesuffix("s").capitalize()
        lines += [f"{title:<14}  {'  '.join(map(str, one.values()))}" for one in people[:_SHOWN]]
        if len(people) > _SHOWN:
            lines.append(f"{'':<14}  and {len(people) - _SHOWN} more in {logins}")
    return lines


def _fill(stack: Stack) -> None:
    """Tables, static files and people; static files are collected while the database is made."""
    if problem := install_decoder():
        say(f"the verification page reads no pictures, only what is pasted: no decoder from npm ({problem})")
    static = stack.supervisor.begin("collectstatic", _manage(stack, "collectstatic", "--noinput", "--verbosity", "0"))
    stack.supervisor.run("migrate", _manage(stack, "migrate", "--noinput"))
    say("tables are up to date")
    if contract.has_roles():
        stack.supervisor.run("secure_database", _manage(stack, "secure_database"))
        say("every process has its rights in the database")
    else:
        say("DATABASE_URL is yours and names no roles: all processes use that one account")
    stack.supervisor.run("seed_demo", _manage(stack, "seed_demo", "--out", str(stack.profile.logins)))
    stack.supervisor.run("merchants", _manage(stack, "merchant", "load", str(gateways.contracts_file(stack))))
    say("posts, officers, citizens and merchants are seeded")
    stack.supervisor.finish(static)


def _python(stack: Stack, *argv: str, kind: str = "") -> Command:
    """A command of the product: as the owner of the database, or as one kind of process."""
    environ = contract.process_environ(stack.settings, kind) if kind else stack.environ
    environ |= {"PYTHONUNBUFFERED": "1"}
    return Command(argv=[sys.executable, *argv], environ=environ, cwd=ROOT, leaf=True)


def _manage(stack: Stack, *argv: str) -> Command:
    return _python(stack, str(ROOT / "manage.py"), *argv)


def _serve(stack: Stack, kind: str, port: int) -> tuple[Process, int]:
    return stack.supervisor.start(kind, _python(stack, *web(port), kind=kind)), port


def _work(stack: Stack, kind: str, queues: Sequence[str], processes: int) -> Process:
    return stack.supervisor.start(kind, _python(stack, *_worker(kind, queues, processes), kind=kind))


def _port_of(url: str) -> int:
    return urlsplit(url).port or 0


def web(port: int) -> list[str]:
    shape = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "5", "--preload"]
    place = ["--limit-request-line", "8190", "--bind", f"{HOST}:{port}", "--no-control-socket", "--access-logfile", "-"]
    return ["-m", "gunicorn", "consular.wsgi", *shape, *place]


def _worker(kind: str, queues: Sequence[str], processes: int) -> list[str]:
    shape = ["--concurrency", str(processes), "--queues", ",".join(queues), "--hostname", f"{kind}@%h"]
    alone = ["--without-mingle", "--without-gossip"]
    return ["-m", "celery", "-A", "consular", "worker", "--loglevel", "INFO", *shape, *alone]


def _beat(stack: Stack) -> list[str]:
    schedule = stack.profile.dir / "beat-schedule"
    return [
        "-m",
        "celery",
        "-A",
        "consular",
        "beat",
        "--loglevel",
        "INFO",
        "--pidfile",
        "",
        "--schedule",
        str(schedule),
    ]


def readyz(port: int) -> str | None:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=5) as answer:
            return None if answer.status == 200 else f"/readyz answers {answer.status}"  # noqa: PLR2004
    except OSError as error:
        return f"/readyz: {error}"


def _said(process: Process, word: bytes) -> str | None:
    return None if word in process.said() else f"it has not said{word.decode()} yet"
