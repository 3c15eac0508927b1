"""SIGINT, SIGTERM and SIGHUP in a launcher: an exception, but never between two halves of a step."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """The launcher was told to stop. Not an Exception: no `except Exception` on the way may swallow it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number


class _Desk:
    """Where a signal lands: raised at once, kept while shielded, or handed to a foreground child."""

    def __init__(self) -> None:
        self.shields = 0
        self.kept: int | None = None
        self.forward: Callable[[int], None] | None = None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if self.forward is not None:
            self.forward(number)
        elif self.shields:
            self.kept = number
        else:
            raise Interrupted(number)

    def release(self) -> None:
        """Raise what came in while the step was shielded, once no shield is left."""
        if not self.shields and self.kept is not None:
            number, self.kept = self.kept, None
            raise Interrupted(number)


_DESK = _Desk()


def install() -> None:
    """Make the three signals raise `Interrupted`; one that the caller had ignored (nohup) stays ignored."""
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _DESK)


def uninstall() -> None:
    """Give the signals back to Python's own handlers (a test that installed ours)."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def shielded() -> Iterator[None]:
    """Hold signals back for a step that must not be cut in two (a child started but not yet noted down)."""
    _DESK.shields += 1
    try:
        yield
    finally:
        _DESK.shields -= 1
    _DESK.release()


@contextmanager
def handed_to(pid: int) -> Iterator[None]:
    """Let a foreground child answer the signals.

    On a terminal Ctrl-C reaches the child by itself (same process group): passing it on would make two.
    """

    def forward(number: int) -> None:
        if number == signal.SIGINT and os.isatty(0):
            return
        with suppress(ProcessLookupError):
            os.kill(pid, number)

    _DESK.forward = forward
    try:
        yield
    finally:
        _DESK.forward = None
