"""The product's own background processes, for tests marked ``stack``.

They are real: started as ``deploy/`` starts them, on the test run's database and broker. What they read must be
committed, so such tests need ``django_db(transaction=True)``.
"""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from consular.celery import app

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0
"""Seconds that a process may take, on a machine that has other things to do. Mark the test with a longer timeout."""


@dataclass(frozen=True, slots=True)
class Running:
    """A started process and what it says."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def said(self) -> str:
        return self.log.read_text(errors="replace")


def database_url() -> str:
    """The database of the test now running, as ``DATABASE_URL`` spells it."""
    facts = connection.settings_dict
    account = f"{quote(facts['USER'], safe='')}:{quote(facts['PASSWORD'], safe='')}"
    return f"postgres://{account}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"


def wait_until(
    is_so: Callable[[], bool], *, seconds: float = PATIENCE, every: float = 0.05, why: Callable[[], str] = str
) -> None:
    """Look again and again. Raises ``AssertionError`` with ``why()`` when it takes too long."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain. {why()}")
        time.sleep(every)


@contextmanager
def worker(
    *,
    queues: Sequence[str] = ("default",),
    faults_dir: Path | None = None,
    env: Mapping[str, str] | None = None,
    include: Sequence[str] = (),
    concurrency: int = 2,
) -> Iterator[Running]:
    """A Celery worker that is ready for work.

    ``faults_dir`` holds planned crashes (``apps.kernel.faults``), ``env`` more settings, ``include`` modules of a
    test that the worker must know as well, for instance with reactions.
    """
    name = f"test-{uuid.uuid4().hex}@localhost"
    arguments = ["worker", "-n", name, "-Q", ",".join(queues), "-c", str(concurrency), "--loglevel=WARNING"]
    arguments += ["--without-gossip", "--without-mingle"]
    if include:
        arguments += ["-I", ",".join(include)]
    faults = {"FAULTS_DIR": str(faults_dir)} if faults_dir else {}
    with _celery(arguments, {**faults, **(env or {})}) as running:
        wait_until(lambda: _is_up(running, name), why=running.said)
        yield running


@contextmanager
def beat(*, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    """The scheduler. It is not waited for: what it sends when it is up, the test waits for anyway."""
    with TemporaryDirectory() as folder:
        arguments = ["beat", "-s", str(Path(folder) / "schedule"), "--pidfile=", "--loglevel=WARNING"]
        with _celery(arguments, env or {}) as running:
            yield running


def _is_up(running: Running, name: str) -> bool:
    """Whether that worker answers a ping. Raises ``AssertionError`` when it has ended."""
    if running.process.poll() is not None:
        raise AssertionError(f"it ended with {running.process.returncode}. {running.said()}")
    return bool(app.control.ping(destination=[name], timeout=0.3))


@contextmanager
def _celery(arguments: Sequence[str], env: Mapping[str, str]) -> Iterator[Running]:
    ours = {"DATABASE_URL": database_url(), "REDIS_URL": settings.CELERY_BROKER_URL}
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "consular", *arguments],
                env={**os.environ, **ours, **env},
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield Running(process, log)
        finally:
            # the whole group, children included: nothing outlives the test, and nothing waits to be asked
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)
