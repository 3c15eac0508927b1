"""One child process: started so that it ends with the launcher, logged to a file, stopped with patience."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.console import LaunchError

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_TAIL_LINES = 12


@dataclass(frozen=True)
class Command:
    """What to run. `user` is a numeric user id to run as (root only); `environ` is the child's whole environment."""

    argv: Sequence[str]
    environ: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10.0
    user: int | None = None
    group: int | None = None
    cwd: Path | None = None


@dataclass
class Process:
    """A child that runs, or ran."""

    name: str
    command: Command
    popen: "subprocess.Popen[bytes]"
    log: Path | None = None
    started_at: float = field(default_factory=time.monotonic)

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def ended(self) -> bool:
        return self.popen.poll() is not None

    def why_it_ended(self) -> str:
        """One line on its exit, and the end of its log."""
        code = self.popen.poll() or 0
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return f"{self.name} ended ({how}){self.log_tail()}"

    def log_tail(self) -> str:
        """The last lines of the log, set off for a message; nothing when there is none."""
        if self.log is None or not self.log.exists():
            return ""
        lines = self.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        return "".join(["; the end of ", str(self.log), ":", *(f"\n    {line}" for line in lines)])

    def stop(self) -> None:
        """Send its stop signal, wait, and at last kill the group (also what a dead leader left in it)."""
        if not self.ended:
            self.popen.send_signal(self.command.stop_signal)
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
        popen = _popen(
            command, start_new_session=True, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    return Process(name=name, command=command, popen=popen, log=log)


def spawn_foreground(name: str, command: Command) -> Process:
    """Start a child on the launcher's own terminal, standard input and output."""
    return Process(name=name, command=command, popen=_popen(command))


def _popen(command: Command, **how: object) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            list(command.argv),
            env=dict(command.environ),
            cwd=command.cwd,
            user=command.user,
            group=command.group,
            extra_groups=None if command.user is None else [],
            preexec_fn=_end_with_parent(command.stop_signal),  # noqa: PLW1509 -- no other threads at this point
            **how,
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
