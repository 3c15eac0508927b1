"""Many children of one launcher: started, waited for, watched, and stopped before what they need is gone."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from deploy.local import signals, warden
from deploy.local.console import LaunchError
from deploy.local.process import Command, Process, spawn, spawn_foreground

Probe = Callable[[], str | None]
"""Answers None when the process is ready, or what it is still waiting for."""

_LOG_LIMIT = 20_000_000


class Supervisor:
    """Owns the children. Use as a context manager, or call `stop` (twice does no harm)."""

    def __init__(self, log_dir: Path, lock_fd: int | None = None) -> None:
        """The warden keeps `lock_fd` open too: the lock lasts until a killed launcher's children are gone."""
        self.log_dir = log_dir
        self.processes: list[Process] = []
        with signals.shielded():
            self._warden = subprocess.Popen(
                [sys.executable, "-I", "-S", str(Path(warden.__file__).resolve())],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=[] if lock_fd is None else [lock_fd],
                text=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, name: str, command: Command) -> Process:
        """Start a background child; its log is `<log_dir>/<name>.log`."""
        log = self.log_dir / f"{name}.log"
        if log.exists() and log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        with signals.shielded():
            return self._note(spawn(name, command, log))

    def wait_ready(self, process: Process, probe: Probe, timeout: float = 30.0) -> None:
        """Ask the probe until it answers None.

        Raises LaunchError, with the reason and the end of the log, when the child ends first or `timeout`
        seconds pass.
        """
        deadline = time.monotonic() + timeout
        while (waiting := probe()) is not None:
            if process.ended:
                raise LaunchError(process.why_it_ended())
            if time.monotonic() > deadline:
                late = f"{process.name} is not ready after {timeout:.0f} s: {waiting}{process.log_tail()}"
                raise LaunchError(late)
            time.sleep(0.05)

    def check(self) -> None:
        """Raise LaunchError when a child has failed, or ended that should go on."""
        for process in self.processes:
            if process.ended and (process.popen.returncode or not process.is_job):
                raise LaunchError(process.why_it_ended())

    def begin(self, name: str, command: Command) -> Process:
        """Start a job: a background child that is meant to end, with 0. `finish` waits for it."""
        process = self.start(name, command)
        process.is_job = True
        return process

    def finish(self, process: Process) -> None:
        """Wait for the end of a job. Raises LaunchError when it, or any other child, fails."""
        while not process.ended:
            self.check()
            time.sleep(0.02)
        self.check()
        self._forget(process)

    def run(self, name: str, command: Command) -> None:
        """`begin` and `finish`."""
        self.finish(self.begin(name, command))

    def foreground(self, name: str, command: Command) -> int:
        """Run a child on this terminal to its end and return its exit code; signals are for it to answer."""
        with signals.shielded():
            process = self._note(spawn_foreground(name, command))
        with signals.handed_to(process.pid):
            code = process.popen.wait()
        self._forget(process)
        return code if code >= 0 else 128 - code

    def watch(self) -> None:
        """Stay until a signal (`Interrupted`) or a child's death (`LaunchError`)."""
        while True:
            self.check()
            time.sleep(0.25)

    def stop(self) -> None:
        """Stop the leaves together, then the rest, the youngest first; signals wait until it is done."""
        with signals.shielded():
            for process in self.processes:
                if process.command.leaf:
                    process.ask_to_stop()
            while self.processes:
                self.discard(self.processes[-1])
            self._dismiss_warden()

    def discard(self, process: Process) -> None:
        """Stop one child (if it still runs) and forget it."""
        process.stop()
        self._forget(process)

    def _note(self, process: Process) -> Process:
        self.processes.append(process)
        self._tell(f"+ {process.pid} {int(process.command.stop_signal)}")
        return process

    def _forget(self, process: Process) -> None:
        self.processes.remove(process)
        self._tell(f"- {process.pid}")

    def _tell(self, line: str) -> None:
        pipe = self._warden.stdin
        if pipe is not None and not pipe.closed:
            with contextlib.suppress(BrokenPipeError):
                pipe.write(line + "\n")
                pipe.flush()

    def _dismiss_warden(self) -> None:
        if self._warden.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._warden.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._warden.wait(10)
