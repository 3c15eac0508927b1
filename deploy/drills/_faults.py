"""What goes wrong on a bad day, from outside and for real: processes are killed, and what they forgot is forgotten."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from deploy.drills._ground import Ground
from deploy.local.console import say
from deploy.local.postgres import Postgres
from deploy.local.process import Process
from deploy.local.services import HOST, Valkey

WORKERS = ("worker", "worker-2")
BROKER_DOWN_SECONDS = 2.0
BETWEEN_KILLS = (1.0, 2.5)
WHOLE_GROUP = 1 / 3
GRACE_SECONDS = 2.0
"""After the database answers again: requests that had begun before may still fail."""


class Fault(NamedTuple):
    """What was done, and from when to when it lasted (seconds since the epoch)."""

    what: str
    began: float
    ended: float


class Nemesis:
    """Call from the thread that started the stack: children belong to it."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self._stack = ground.stack
        self._ground = ground
        self._dice = random.Random(seed)  # noqa: S311 -- to be repeated, not to be guessed
        self.faults: list[Fault] = []
        self.revived = 0

    @property
    def last(self) -> float:
        return max((fault.ended for fault in self.faults), default=time.time())

    @property
    def gap(self) -> tuple[float, float]:
        """When the database was away; nothing can be served then."""
        away = next((fault for fault in self.faults if fault.what == "database"), Fault("", 0.0, 0.0))
        return away.began, away.ended + GRACE_SECONDS

    @property
    def killed(self) -> str:
        """For the table."""
        return f"{self.count('group')} groups, {self.count('child')} children; {self.revived} gave up by themselves"

    def count(self, what: str) -> int:
        return sum(fault.what == what for fault in self.faults)

    def rage(self, seconds: float, meanwhile: Callable[[], None]) -> None:
        """Kill workers for so long, and now and then one of the great faults."""
        began, acts = time.monotonic(), list(self._great())
        great = [(seconds * turn / (len(acts) + 1), act) for turn, act in enumerate(acts, start=1)]
        next_kill = self._dice.uniform(*BETWEEN_KILLS)
        while (passed := time.monotonic() - began) < seconds or great:
            if great and passed >= great[0][0]:
                great.pop(0)[1]()
            elif passed >= next_kill:
                self._kill_a_worker()
                next_kill = passed + self._dice.uniform(*BETWEEN_KILLS)
            else:
                self.revive()
                meanwhile()
                time.sleep(0.05)

    def revive(self) -> None:
        """As whoever runs workers does: one that ended is started again.

        Celery ends a group of which a child dies while it starts ("Could not start worker processes").
        """
        for name in WORKERS:
            process = self._named(name)
            if process.ended:
                self._stack.supervisor.discard(process)
                self._stack.supervisor.start(name, process.command)
                self.revived += 1

    def _great(self) -> Iterator[Callable[[], None]]:
        yield self._flush
        yield self._kill_broker
        yield self._flush
        yield self._restart_database
        yield self._flush

    def _kill_a_worker(self) -> None:
        """One child, or a group with all its children; a group that is still starting has died already."""
        alive = {name: found for name in WORKERS if (found := children(self._named(name).pid))}
        if not alive:
            return
        name = self._dice.choice(sorted(alive))
        if self._dice.random() > WHOLE_GROUP:
            with self._noted("child"), contextlib.suppress(ProcessLookupError):
                os.kill(self._dice.choice(alive[name]), signal.SIGKILL)
            return
        with self._noted("group"):
            process = self._named(name)
            self._kill(process)
            self._stack.supervisor.start(name, process.command)

    def _flush(self) -> None:
        with self._noted("flush"):
            password = self._stack.profile.secrets()["valkey"]
            with socket.create_connection((HOST, self._ground.port_of("REDIS_URL")), timeout=5) as line:
                line.sendall(f"AUTH {password}\r\nFLUSHALL\r\n".encode())
                line.recv(100)
        say("the broker forgot everything (FLUSHALL)")

    def _kill_broker(self) -> None:
        with self._noted("broker"):
            process = self._named("valkey")
            self._kill(process)
            time.sleep(BROKER_DOWN_SECONDS)
            port, service = self._ground.port_of("REDIS_URL"), Valkey(self._stack.profile)
            fresh = self._stack.supervisor.start("valkey", process.command)
            self._stack.supervisor.wait_ready(fresh, lambda: service.probe(port))
        say(f"the broker was killed and stayed away for {BROKER_DOWN_SECONDS:.0f} s")

    def _restart_database(self) -> None:
        """As `pg_ctl -m immediate restart` does: no checkpoint, recovery from the log."""
        with self._noted("database"):
            process = self._named("postgres")
            process.popen.send_signal(signal.SIGQUIT)
            process.popen.wait(30)
            self._stack.supervisor.discard(process)
            port, service = self._ground.port_of("DATABASE_URL"), Postgres(self._stack.profile)
            fresh = self._stack.supervisor.start("postgres", process.command)
            self._stack.supervisor.wait_ready(fresh, lambda: service.probe(port), timeout=60)
        began, ended = self.faults[-1].began, self.faults[-1].ended
        say(f"the database was restarted without a word; it was away for {ended - began:.1f} s")

    def _named(self, name: str) -> Process:
        return next(process for process in self._stack.supervisor.processes if process.name == name)

    def _kill(self, process: Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.popen.wait(10)
        self._stack.supervisor.discard(process)

    @contextlib.contextmanager
    def _noted(self, what: str) -> Iterator[None]:
        began = time.time()
        yield
        self.faults.append(Fault(what, began, time.time()))


def children(pid: int) -> list[int]:
    """The direct children of a process, whichever of its threads made them."""
    tasks = Path(f"/proc/{pid}/task")
    if tasks.exists():
        return [int(word) for path in tasks.glob("*/children") for word in _read(path).split()]
    asked = subprocess.run(["ps", "-A", "-o", "pid=", "-o", "ppid="], capture_output=True, text=True, check=True)
    pairs = (line.split() for line in asked.stdout.splitlines())
    return [int(child) for child, parent in pairs if parent == str(pid)]


def _read(path: Path) -> str:
    """Nothing of a thread that has ended meanwhile."""
    with contextlib.suppress(OSError):
        return path.read_text()
    return ""
