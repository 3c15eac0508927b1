"""What the launcher says to a person: progress on standard error with the seconds since `./dev` began."""

import os
import sys
import time

_STARTED = float(os.environ.get("DEV_STARTED_AT") or time.time())


class LaunchError(Exception):
    """Something the person at the terminal has to know or do; the text is one line, or one with a log tail."""


def say(text: str) -> None:
    """Print one progress line; standard output stays free for what a command produces."""
    print(f"[{time.time() - _STARTED:4.0f} s] {text}", file=sys.stderr, flush=True)
