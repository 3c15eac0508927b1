"""Asking ClamAV whether a file is known to be harmful (clamd(8), INSTREAM). It only knows what is known."""

import re
import socket
import struct
from urllib.parse import urlsplit

from apps.kernel.errors import Unavailable

PATIENCE = 30.0
"""Seconds without a word."""
PART = 64 * 1024
LONGEST_ANSWER = 4096
ANSWER = re.compile(rb"stream: (?:(?P<clean>OK)|(?P<name>.+) FOUND)\0", re.DOTALL)


class NoScan(Unavailable):
    """No answer, or none that says yes or no: the file stays in quarantine and is asked about again."""

    code = "virus_scanner_unavailable"


def found(content: bytes, *, url: str) -> str:
    """The name of the signature, or nothing. ``url``: ``unix:///path`` or ``tcp://host:port``. Raises ``NoScan``."""
    try:
        with _connected(url) as clamd:
            answer = _ask(clamd, content)
    except OSError:
        raise NoScan from None
    said = ANSWER.fullmatch(answer)
    if said is None:  # an error, or "INSTREAM size limit exceeded": not looked at is not clean
        raise NoScan
    return (said["name"] or b"").decode(errors="replace")


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE)
    clamd = socket.socket(socket.AF_UNIX)
    clamd.settimeout(PATIENCE)
    try:
        clamd.connect(parts.path)
    except OSError:
        clamd.close()
        raise
    return clamd


def _ask(clamd: socket.socket, content: bytes) -> bytes:
    clamd.sendall(b"zINSTREAM\0")
    for start in range(0, len(content), PART):
        part = content[start : start + PART]
        clamd.sendall(struct.pack(">I", len(part)) + part)
    clamd.sendall(struct.pack(">I", 0))
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER and (part := clamd.recv(LONGEST_ANSWER)):
        answer += part
    return answer
