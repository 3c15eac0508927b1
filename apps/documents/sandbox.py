"""Opens strangers' files in a process of their own, one each, and looks at what comes back."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from apps.documents.cleaned import LARGEST_RESULT, READY, Cleaned, Unusable
from apps.documents.statuses import LARGEST_CLEAN, PDF, REASONS, REMARKS
from apps.kernel.errors import Unavailable

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
"""Seconds by the clock on the wall; the process has fewer of its own."""
BEGINS = {"image/jpeg": b"\xff\xd8\xff", PDF: b"%PDF-"}


class CleanerFailed(Unavailable):
    """The process did not even start: no fault of the file's."""

    code = "cleaner_failed"


def clean(content: bytes, *, kind: str) -> Cleaned:
    """As ``cleaning.clean``, where nothing it does to the process can reach us.

    Raises ``Unusable``, also for a file that ends or outlasts its process, or ``CleanerFailed``.
    """
    with _memory() as given, _memory() as result:
        given.write(content)
        given.seek(0)
        is_in_time = _run([sys.executable, "-E", "-s", "-m", "apps.documents.cleaner", kind], given, result)
        result.seek(0)
        answer = result.read(LARGEST_RESULT + 1)
    if not answer.startswith(READY):
        raise CleanerFailed
    if not is_in_time:
        raise Unusable("took_too_long")
    return _believed(answer.removeprefix(READY))


def _run(command: list[str], given: IO[bytes], result: IO[bytes]) -> bool:
    """Whether it ended in time; otherwise it is killed."""
    process = subprocess.Popen(  # noqa: S603  a program of ours
        command, stdin=given, stdout=result, stderr=subprocess.DEVNULL, cwd=ROOT, env={}, start_new_session=True
    )
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        return False
    finally:
        process.kill()
        process.wait()
    return True


def _believed(answer: bytes) -> Cleaned:
    """What can be used of it. Raises ``Unusable`` for anything that our cleaner would not have said."""
    line, _newline, made = answer.partition(b"\n")
    try:
        said: dict[str, Any] = json.loads(line)
        reason = str(said["reason"]) if "reason" in said else ""
        size = (int(said["size"][0]), int(said["size"][1])) if said.get("size") else None
        remarks = tuple(one for one in said.get("remarks", ()) if one["code"] in REMARKS)
        begins = BEGINS[said["type"]] if not reason else b""
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise Unusable("unreadable") from None
    if reason or not made.startswith(begins) or len(made) > LARGEST_CLEAN:
        raise Unusable(reason if reason in REASONS else "unreadable")
    return Cleaned(made, size, hashlib.sha256(made).hexdigest(), said["type"], remarks)


def _memory() -> IO[bytes]:
    """A file that is on no disk, where the system has such a thing."""
    return os.fdopen(os.memfd_create("paper"), "w+b") if hasattr(os, "memfd_create") else TemporaryFile()
