"""One child process: started so that it ends with the launcher, logged to a file, stopped with patience."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from deploy.local.console import LaunchError

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_TAIL_LINES = 12


@dataclass(frozen=True)
class Command:
    """What to run, with which whole environment; `user` and `group` are numeric ids (for root only).

    Nothing depends on a process that is a `leaf`: all leaves are asked to stop at the same time, and first.
    """

    argv: Sequence[str]
    environ: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10.0
    user: int | None = None
    group: int | None = None
    cwd: Path | None = None
    leaf: bool = False


@dataclass
class Process:
    """A child that runs, or ran. `is_job` when it is meant to end; its log starts at byte `log_begin`."""

    name: str
    command: Command
    popen: "subprocess.Popen[bytes]"
    log: Path | None = None
    log_begin: int = 0
    is_job: bool = False
    is_asked: bool = False

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def ended(self) -> bool:
        return self.popen.poll() is not None

    def why_it_ended(self) -> str:
        """One line on its exit, and the end of its log."""
        code = self.popen.wait()
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return f"{self.name} ended ({how}){self.log_tail()}"

    def log_tail(self) -> str:
        """The last lines of the log, set off for a message; nothing when there is none."""
        lines = self.said().decode(errors="replace").splitlines()[-_TAIL_LINES:]
        return "".join(["; the end of ", str(self.log), ":", *(f"\n    {line}" for line in lines)]) if lines else ""

    def said(self) -> bytes:
        """Its log so far, without what earlier runs left in the file."""
        if self.log is None or not self.log.exists():
            return b""
        with self.log.open("rb") as file:
            file.seek(self.log_begin)
            return file.read()

    def ask_to_stop(self) -> None:
        """Send its stop signal, once: Celery takes a second one as an order to drop its work."""
        if not self.is_asked and not self.ended:
            self.is_asked = True
            self.popen.send_signal(self.command.stop_signal)

    def stop(self) -> None:
        """Ask it, wait, and at last kill the group (also what a dead leader left in it)."""
        self.ask_to_stop()
        if not self.ended:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(self.command.grace_seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if not self.ended:
            self.popen.kill()
            self.popen.wait(10)


def spawn(name: str, command: Command, log: Path) -> Process:
    """Start a background child in a session of its own, its output appended to `log`.

    Its own session keeps Ctrl-C away from it (the launcher stops it in order) and makes its process id the
    id of a group that can be ended as a whole.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        begin = output.tell()
        popen = _popen(command, output)
    return Process(name=name, command=command, popen=popen, log=log, log_begin=begin)


def spawn_foreground(name: str, command: Command) -> Process:
    """Start a child on the launcher's own terminal, standard input and output."""
    return Process(name=name, command=command, popen=_popen(command, None))


def _popen(command: Command, output: BinaryIO | None) -> "subprocess.Popen[bytes]":
    """Without `output` the child shares our terminal and process group."""
    try:
        return subprocess.Popen(
            list(command.argv),
            stdin=None if output is None else subprocess.DEVNULL,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            start_new_session=output is not None,
            env=dict(command.environ),
            cwd=command.cwd,
            user=command.user,
            group=command.group,
            extra_groups=None if command.user is None else [],
            preexec_fn=_end_with_parent(command.stop_signal),  # noqa: PLW1509 -- no other threads at this point
        )
    except OSError as error:
        raise LaunchError(f"cannot start {command.argv[0]}: {error}") from error


def _end_with_parent(number: int) -> Callable[[], None] | None:
    """On Linux: ask the kernel to signal the child when the launcher is gone.

    It counts the *thread* that started the child as the parent: start children from the main thread only.
    """
    if _LIBC is None:
        return None
    launcher, prctl = os.getpid(), _LIBC.prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != launcher:
            os._exit(1)

    return ask
