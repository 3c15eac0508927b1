"""Clients that never finish (I5): headers, bodies and readers, hundreds at once, while others are served."""

import contextlib
import socket
import time

from deploy.drills._site import Found, Site
from deploy.local.services import HOST

EACH = 150
PER_ADDRESS = 90
SECONDS = 8.0


def slow_clients(site: Site) -> Found:
    """The 95th percentile of others at most doubles, and none of them fails."""
    if not site.door:
        return Found("I5", None, "not tried: nginx is not installed (Debian package nginx-light)")
    quiet, failures = _others(site, SECONDS)
    with contextlib.ExitStack() as held:
        kinds = (_slow_headers, _slow_body, _slow_reader)
        lines = [held.enter_context(_connect(site, number)) for number in range(len(kinds) * EACH)]
        for number, line in enumerate(lines):
            kinds[number % len(kinds)](line)
        busy, failed = _others(site, SECONDS)
    again, after = _others(site, SECONDS)
    limit, wrong = 2 * _p95(quiet + again), failures + failed + after
    told = f"{len(lines)} slow clients held; p95 of others {_p95(quiet + again):.0f} ms before and after"
    told += f", {_p95(busy):.0f} ms during (limit {limit:.0f} ms); failed: {wrong}"
    return Found("I5", _p95(busy) <= limit and not wrong, told)


def _p95(took: list[float]) -> float:
    """Of seconds, in milliseconds."""
    return sorted(took)[int(len(took) * 0.95)] * 1000


def _connect(site: Site, number: int) -> socket.socket:
    """From many addresses, as nginx lets one have a hundred connections."""
    source = f"127.0.2.{1 + number // PER_ADDRESS}"
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    line.bind((source, 0))
    line.settimeout(20)
    line.connect((HOST, site.door))
    return line


def _slow_headers(line: socket.socket) -> None:
    line.sendall(f"GET /api/v1/me HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ".encode())


def _slow_body(line: socket.socket) -> None:
    line.sendall(f"PUT /api/v1/uploads/slow HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 9999\r\n\r\nx".encode())


def _slow_reader(line: socket.socket) -> None:
    """Asks for the longest answer there is, and never reads it."""
    line.sendall(f"GET /api/v1/countries HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())


def _others(site: Site, seconds: float) -> tuple[list[float], int]:
    """How long a patient client waits who comes again and again, and how often it failed."""
    took, failed, until, number = [], 0, time.monotonic() + seconds, 0
    while time.monotonic() < until:
        begun, number = time.monotonic(), number + 1
        failed += _ask(site, f"127.0.3.{1 + number % 200}") != 401  # noqa: PLR2004 -- not signed in: a whole answer
        took.append(time.monotonic() - begun)
        time.sleep(0.05)
    return took, failed


def _ask(site: Site, source: str) -> int:
    try:
        with socket.create_connection((HOST, site.door), 10, (source, 0)) as line:
            line.sendall(f"GET /api/v1/me HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
            return int(line.recv(64).split()[1])
    except (OSError, IndexError):
        return 0
