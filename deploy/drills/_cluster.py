"""A PostgreSQL that a drill may kill, copy, remove and start again, with the scripts of `deploy/backup`."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]

from deploy.local.console import LaunchError
from deploy.local.postgres import ADMIN, PRODUCT, Postgres
from deploy.local.process import Command, Process
from deploy.local.profile import ROOT
from deploy.local.services import HOST, free_port, plain_environ
from deploy.local.stack import Stack

_SCRIPTS = ROOT / "deploy" / "backup"


class Cluster:
    """Owns the server process and the folder of its backups, which lies beside its data."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.service = Postgres(stack.profile)
        self.backups = self.service.home.folder / "backups"
        self.port = free_port()
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """As the product reaches it."""
        return self.service.settings(self.port)["DATABASE_URL"]

    def begin_anew(self) -> None:
        """An empty cluster, running."""
        for folder in (self.service.data, self.backups):
            shutil.rmtree(folder, ignore_errors=True)
        self.service.prepare()
        self.backups.mkdir(mode=0o711)
        self.start()
        self.service.settle(self.port)
        self.stack.settings |= self.service.settings(self.port)

    def start(self) -> None:
        self._process = self.stack.supervisor.start("postgres", self.service.command(self.port))
        self.stack.supervisor.wait_ready(self._process, lambda: self.service.probe(self.port), timeout=120)

    def record(self) -> Process:
        """Begin to write down every change; returns when it does."""
        recorder = self.stack.supervisor.start("wal", Command(argv=[str(_SCRIPTS / "wal.sh")], environ=self._environ()))
        self.stack.supervisor.wait_ready(recorder, self._waits_for_recorder)
        return recorder

    def copy(self) -> Path:
        """A base backup, taken while everything goes on."""
        argv = [str(_SCRIPTS / "base.sh")]
        made = subprocess.run(argv, env=self._environ(), capture_output=True, text=True, check=False)
        if made.returncode:
            raise LaunchError(f"base.sh failed: {made.stderr.strip()}")
        return self.backups / made.stdout.strip()

    def destroy(self) -> None:
        """As a fire would: killed without a word, and nothing left of the data."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self.stack.supervisor.discard(self._process)
            self._process = None
        shutil.rmtree(self.service.data)

    def restore(self, base: Path, moment: str = "") -> None:
        """From the backup alone; running, and past its recovery, when this returns."""
        argv = [str(_SCRIPTS / "restore.sh"), str(base), str(self.service.data), *([moment] if moment else [])]
        done = subprocess.run(argv, env=self._environ(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise LaunchError(f"restore.sh failed: {done.stderr.strip()}")
        if self.service.home.user is not None:
            _give(self.service.data, self.service.home.user)
        self.start()
        while self.ask("SELECT pg_is_in_recovery()")[0][0]:
            time.sleep(0.1)

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """As the administrator, in the product's database."""
        account = {"user": ADMIN, "password": self.stack.profile.secrets()["postgres_admin"], "dbname": PRODUCT}
        with contextlib.closing(psycopg2.connect(host=HOST, port=self.port, **account)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql)
                found: list[tuple[object, ...]] = cursor.fetchall()
                return found

    def counts(self) -> dict[str, int]:
        """Rows of every table of the product."""
        tables = self.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return {str(name): int(str(self.ask(f'SELECT count(*) FROM "{name}"')[0][0])) for (name,) in tables}  # noqa: S608

    def _waits_for_recorder(self) -> str | None:
        found = self.ask("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")
        return None if found[0][0] else "nothing is being written down yet"

    def _environ(self) -> dict[str, str]:
        account = {"PGUSER": ADMIN, "PGPASSWORD": self.stack.profile.secrets()["postgres_admin"]}
        address = {"PGHOST": HOST, "PGPORT": str(self.port), "BACKUP_DIR": str(self.backups)}
        plain = plain_environ()
        path = f"{self.service.home.programs}{os.pathsep}{plain.get('PATH', '')}"
        return plain | account | address | {"PATH": path}


def _give(folder: Path, user: int) -> None:
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user, user, follow_symlinks=False)
