"""Where one bench works: its database, the processes it starts, and the table it fills."""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped]

from deploy.bench._table import Figures, Row
from deploy.local.process import Command
from deploy.local.product import readyz, web
from deploy.local.profile import ROOT
from deploy.local.services import free_port
from deploy.local.supervisor import Supervisor

TICKS = os.sysconf("SC_CLK_TCK")
READY_SECONDS = 90.0


@dataclass
class Room:
    """``data`` names the data set of ``cases`` cases; ``admin`` leads to it with every right."""

    name: str
    data: str
    cases: int
    is_quick: bool
    admin: dict[str, str]
    log_dir: str
    rows: list[Row] = field(default_factory=list)

    @property
    def rounds(self) -> int:
        return 3

    def times(self, many: int) -> int:
        """As often as is worth it: a fifth in a quick run."""
        return max(1, many // 5) if self.is_quick else many

    def note(self, what: str, **figures: Any) -> None:
        self.rows.append(Figures(**figures).row(what, self.data))

    @contextlib.contextmanager
    def administrator(self) -> Iterator[Any]:
        """A cursor that commits by itself; triggers and foreign keys sleep."""
        with contextlib.closing(psycopg2.connect(**self.admin)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")
                yield cursor

    @contextlib.contextmanager
    def server(self) -> Iterator[tuple[int, list[int]]]:
        """The phones' server as `./dev serve` starts it: its port, and its processes."""
        port = free_port()
        with Supervisor(Path(self.log_dir)) as supervisor:
            process = supervisor.start(f"bench-{self.name}", self._command(*web(port)))
            supervisor.wait_ready(process, lambda: readyz(port), READY_SECONDS)
            yield port, _family(process.pid)

    @contextlib.contextmanager
    def worker(self, queue: str, include: str) -> Iterator[None]:
        """A Celery worker of two processes for one queue."""
        argv = ["-m", "celery", "-A", "consular", "worker", "--concurrency", "2", "--queues", queue, "-I", include]
        argv += ["--loglevel", "INFO", "--without-mingle", "--without-gossip", "--hostname", "bench@%h"]
        with Supervisor(Path(self.log_dir)) as supervisor:
            process = supervisor.start(f"bench-{self.name}", self._command(*argv))
            waiting = "it is not ready"
            supervisor.wait_ready(process, lambda: None if b" ready." in process.said() else waiting, READY_SECONDS)
            yield

    def backends(self, cursor: Any, of: str) -> list[int]:
        """The database's processes that serve those who call themselves so."""
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [of])
        return [pid for (pid,) in cursor.fetchall()]

    def _command(self, *argv: str) -> Command:
        return Command(argv=[sys.executable, *argv], environ=dict(os.environ), cwd=ROOT, leaf=True)


def cpu(pids: Sequence[int]) -> float:
    """Seconds of CPU that these processes have used; one that is gone counts nothing."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
            total += int(user) + int(system)
    return total / TICKS


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]
