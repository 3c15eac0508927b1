"""The process in which a stranger's file is opened: ``python -m apps.documents.cleaner KIND``, file in, result out.

It shuts itself in before it reads the first byte: no network, no file can be opened, so much memory and time and no
more. It knows no settings and no database. ``sandbox`` starts it and believes nothing it says without looking.
"""

import ctypes
import json
import os
import resource
import sys

from PIL import Image

from apps.documents.cleaned import LARGEST_RESULT, READY, Unusable
from apps.documents.cleaning import clean

MEMORY = 1024 * 1024 * 1024
SECONDS = 20
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000


def main(kind: str) -> None:
    """Write ``ready``, a line of JSON that says what was made or why not, and the result."""
    Image.init()  # before the door closes
    _shut_in()
    os.write(1, READY)
    with open(0, "rb", closefd=False) as given:
        content = given.read()
    said, made = _clean(content, kind)
    _write(json.dumps(said).encode() + b"\n" + made)


def _clean(content: bytes, kind: str) -> tuple[dict[str, object], bytes]:
    try:
        made = clean(content, kind=kind)
    except Unusable as reason:
        return {"reason": reason.code}, b""
    except MemoryError:
        return {"reason": "pdf_too_complex"}, b""  # a picture says so itself
    return {"type": made.type, "size": made.size, "remarks": made.remarks}, made.content


def _shut_in() -> None:
    """What the kernel does not allow here (a new network namespace may be one) is left out; the limits never are."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "unshare"):
        libc.unshare(NEW_USER | NEW_NETWORK)
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_RESULT),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),  # the three that are open
    ):
        resource.setrlimit(limit, (most, most))


def _write(result: bytes) -> None:
    written = 0
    while written < len(result):
        written += os.write(1, result[written : written + 1024 * 1024])


if __name__ == "__main__":
    main(sys.argv[1])
