"""A process that outlives the launcher by the seconds it takes to stop what the launcher had started.

The launcher holds the other end of this process's standard input and writes `+ PID SIGNAL` for a child
it started and `- PID` for one it saw end. End of file means that the launcher is gone. After an orderly
stop the list is empty; after `kill -9` what is on it is stopped, the youngest first, each with its own
signal and, when that is not enough, with SIGKILL to its whole process group.

It runs as a plain script (`python -I -S warden.py`), so it imports the standard library only.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

GRACE_SECONDS = 8.0


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended but was not collected by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        return not Path("/proc/self").exists()


def put_down(pid: int, number: int) -> None:
    """Ask the process to end, wait a little, then end its group, whether or not its leader still runs."""
    _send(os.kill, pid, number)
    deadline = time.monotonic() + GRACE_SECONDS
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    _send(os.killpg, pid, signal.SIGKILL)
    if alive(pid):
        _send(os.kill, pid, signal.SIGKILL)


def _send(how: Callable[[int, int], None], pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        how(pid, number)


def read(lines: Iterable[str]) -> dict[int, int]:
    """The processes that were started and not seen to end, with the signal that stops each."""
    running: dict[int, int] = {}
    for line in lines:
        sign, pid, *number = line.split()
        if sign == "+":
            running[int(pid)] = int(number[0])
        else:
            running.pop(int(pid), None)
    return running


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    for pid, number in reversed(read(sys.stdin).items()):
        put_down(pid, number)


if __name__ == "__main__":
    main()
