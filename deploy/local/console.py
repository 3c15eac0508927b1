"""What the launcher says to a person: progress on standard error with the seconds since `./dev` began."""

import contextlib
import os
import sys
import time

_STARTED = float(os.environ.get("DEV_STARTED_AT") or time.time())


class LaunchError(Exception):
    """What the person at the terminal has to know or do: one line, or one line and the end of a log."""


def say(text: str) -> None:
    """Print one progress line; standard output stays free for what a command produces."""
    with contextlib.suppress(OSError):  # a terminal that was closed must not keep us from stopping in order
        print(f"[{time.time() - _STARTED:4.0f} s] {text}", file=sys.stderr, flush=True)
