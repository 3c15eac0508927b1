"""The product's own processes on a developer's machine, as a server would run them."""

import json
import os
import sys
import urllib.request
from pathlib import Path

from deploy.decoder.install import install as install_decoder
from deploy.local import simulators
from deploy.local.console import say
from deploy.local.process import Command, Process
from deploy.local.profile import ROOT
from deploy.local.services import HOST, WEB_PORT, free_port
from deploy.local.stack import Stack

# One worker with two processes serves every queue here; an installation gives each queue its own.
QUEUES = ("default", "documents", "files", "messages", "payments")
WORKER_PROCESSES = 2

_READY_SECONDS = 90.0
_SHOWN = 6


def bring_up(stack: Stack, web_port: int) -> None:
    """Services, database, static files, simulators, then web, worker and beat; returns when all are ready."""
    stack.start()
    simulators.start(stack)
    _fill(stack)
    web = stack.supervisor.start("web", _python(stack, *_web(web_port)))
    worker = stack.supervisor.start("worker", _python(stack, *_worker()))
    beat = stack.supervisor.start("beat", _python(stack, *_beat(stack)))
    stack.supervisor.wait_ready(web, lambda: _readyz(web_port), _READY_SECONDS)
    stack.supervisor.wait_ready(worker, lambda: _said(worker, b" ready."), _READY_SECONDS)
    stack.supervisor.check()
    say(f"ready: {web.name}, {worker.name}, {beat.name}")
    stack.publish()


def web_port() -> int:
    """The port for people: 8000 (or `WEB_PORT`) when it is free."""
    return free_port(int(os.environ.get("WEB_PORT") or WEB_PORT))


def print_addresses(stack: Stack) -> None:
    """Tell the person at the terminal where everything is and who can sign in."""
    url = stack.environ["PUBLIC_URL"]
    lines = [
        "",
        f"Staff desk      {url}/admin/",
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
    stack.supervisor.run("seed_demo", _manage(stack, "seed_demo", "--out", str(stack.profile.logins)))
    say("posts, officers and citizens are seeded")
    stack.supervisor.finish(static)


def _python(stack: Stack, *argv: str) -> Command:
    environ = stack.environ | {"PYTHONUNBUFFERED": "1"}
    return Command(argv=[sys.executable, *argv], environ=environ, cwd=ROOT, leaf=True)


def _manage(stack: Stack, *argv: str) -> Command:
    return _python(stack, str(ROOT / "manage.py"), *argv)


def _web(port: int) -> list[str]:
    shape = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "5", "--preload"]
    place = ["--bind", f"{HOST}:{port}", "--no-control-socket", "--access-logfile", "-"]
    return ["-m", "gunicorn", "consular.wsgi", *shape, *place]


def _worker() -> list[str]:
    shape = ["--concurrency", str(WORKER_PROCESSES), "--queues", ",".join(QUEUES), "--hostname", "worker@%h"]
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


def _readyz(port: int) -> str | None:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=5) as answer:
            return None if answer.status == 200 else f"/readyz answers {answer.status}"  # noqa: PLR2004
    except OSError as error:
        return f"/readyz: {error}"


def _said(process: Process, word: bytes) -> str | None:
    return None if word in process.said() else f"it has not said{word.decode()} yet"
