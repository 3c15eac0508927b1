"""The probe of workers and beat: `python alive.py FILE SECONDS`; 0 while the file was touched that lately.

Without a broker a worker has nothing to turn for: it waits, and to restart it would only make it wait longer. Uses
the standard library alone, because a probe that loads the product costs more than the product.
"""

import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

_BROKER_SECONDS = 2.0
_REDIS = 6379


def main(arguments: Sequence[str]) -> int:
    """Say it in one line; the exit code is what the probe asks for."""
    file, limit = Path(arguments[0]), float(arguments[1])
    age = time.time() - file.stat().st_mtime if file.exists() else float("inf")
    if age <= limit:
        print(f"alive: touched {age:.0f} s ago")
        return 0
    if not broker_answers(os.environ.get("REDIS_URL", "")):
        print("alive: waiting for the broker")
        return 0
    print(f"not alive: {file} was touched {age:.0f} s ago")
    return 1


def broker_answers(url: str) -> bool:
    """Whether a connection can be made to it."""
    address = urlsplit(url)
    try:
        with socket.create_connection((address.hostname or "", address.port or _REDIS), _BROKER_SECONDS):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
