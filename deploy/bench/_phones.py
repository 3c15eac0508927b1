"""Many phones at once: bytes made beforehand, over connections that stay open, so that the client costs little."""

import json
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from deploy.bench._table import WrongResult

AT_ONCE = 8


def request(method: str, path: str, token: str, key: str = "", body: Any = None) -> bytes:
    """One request in HTTP/1.1."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}", "Accept-Language: en"]
    lines += [f"Idempotency-Key: {key}"] if key else []
    lines += [f"Content-Type: application/json\r\nContent-Length: {len(content)}"] if content else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


def at_once(work: Sequence[Any], connect: Callable[[], Callable[[Any], None]]) -> None:
    """Everything, by `AT_ONCE` threads that connect once each and take turns. Raises what one of them raised."""

    def labour(start: int) -> None:
        do = connect()
        for one in work[start::AT_ONCE]:
            do(one)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(labour, range(AT_ONCE)))


def phone(port: int, is_right: Callable[[bytes], bool]) -> Callable[[bytes], None]:
    """What sends one request after another and looks at each answer."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(asked: bytes) -> None:
        connection.sendall(asked)
        head, body = _answer(connection)
        if not head.startswith(b"HTTP/1.1 200 ") or not is_right(body):
            raise WrongResult((head[:100] + body[:300]).decode(errors="replace"))

    return send


def _answer(connection: socket.socket) -> tuple[bytes, bytes]:
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(connection)
    head, _blank, body = got.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += _more(connection)
    return head, body


def _more(connection: socket.socket) -> bytes:
    got = connection.recv(65536)
    if not got:
        raise WrongResult("the server hung up")
    return got
