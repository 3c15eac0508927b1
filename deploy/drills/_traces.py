"""Looks for words in what is stored: a copy of every table, every object, every key of the broker, every log."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

HEX = re.compile(rb"\\\\x([0-9a-f]{2,})")
"""How COPY writes a bytea."""
TABLES = (
    "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname !~ '^(pg_|information_)' ORDER BY 1"
)
READ: dict[bytes, Callable[[Any, bytes], Iterable[Any]]] = {
    b"string": lambda broker, key: [broker.get(key)],
    b"list": lambda broker, key: broker.lrange(key, 0, -1),
    b"set": lambda broker, key: broker.smembers(key),
    b"zset": lambda broker, key: broker.zrange(key, 0, -1),
    b"hash": lambda broker, key: [part for pair in broker.hgetall(key).items() for part in pair],
    b"stream": lambda broker, key: [repr(broker.xrange(key)).encode()],
}


def forms(word: str) -> set[bytes]:
    """As text, as JSON and addresses spell it, and as a passport reader does."""
    quoted = "".join(f"%{byte:02x}" for byte in word.encode()) if not word.isascii() else word.replace("@", "%40")
    spelled = {word, word.encode("unicode_escape").decode(), quoted, word.replace(" ", "<<")}
    return {form.lower().encode() for form in spelled}


def found_in(content: bytes, words: Iterable[str]) -> set[str]:
    """Which of the words, in whatever case."""
    lower = content.lower()
    return {word for word in words if any(form in lower for form in forms(word))}


def in_tables(connection: Any) -> Iterator[tuple[str, bytes]]:
    """Every table as COPY writes it, and after it the bytes that its binary columns stand for.

    ``connection`` is psycopg2's, of somebody who may read everything and whom no row security holds back.
    """
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            lines = _Lines()
            cursor.copy_expert(f"COPY {table} TO STDOUT", lines)
            text = b"".join(lines.parts)
            yield (
                table.removeprefix("public."),
                text + b"\n".join(bytes.fromhex(one.decode()) for one in HEX.findall(text)),
            )


def in_broker(broker: Any) -> Iterator[tuple[str, bytes]]:
    """Names and values of every database of a Valkey."""
    for key in broker.scan_iter():
        read = READ.get(broker.type(key))
        parts = read(broker, key) if read else [broker.dump(key)]
        yield key.decode(errors="replace"), key + b"\n" + b"\n".join(part or b"" for part in parts)


def in_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()


class _Lines:
    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, part: bytes | str) -> None:
        self.parts.append(part if isinstance(part, bytes) else part.encode())
