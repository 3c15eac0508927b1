"""One line in, one line out, whatever is in the line."""

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from math import isfinite
from typing import Any, BinaryIO, TextIO

LONGEST = 64 * 1024 * 1024

Json = dict[str, Any]


class Malformed(Exception):
    """The line is no request. The message says why, in English: it is for programmers."""


def converse(
    incoming: BinaryIO, outgoing: TextIO, *, answer: Callable[[Json], Json], refuse: Callable[[str], Json]
) -> None:
    """Answer every line, at once and in order, with the ``id`` it came with.

    ``answer`` may raise ``Malformed``; ``refuse`` makes the answer of its message.
    """
    while line := incoming.readline(LONGEST):
        whole = line.endswith(b"\n") or len(line) < LONGEST
        while not line.endswith(b"\n") and (rest := incoming.readline(LONGEST)):
            line = rest
        try:
            outgoing.write(to_json(_answered(line if whole else b"", answer, refuse)) + "\n")
            outgoing.flush()
        except BrokenPipeError:  # nobody listens any more
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return


def to_json(answer: Json) -> str:
    """ASCII only, so that no terminal or pipe can spoil it."""
    return json.dumps(answer, ensure_ascii=True)


def moment(text: str) -> datetime:
    """ISO 8601; UTC if it names no zone. Raises ``ValueError``."""
    at = datetime.fromisoformat(text.upper())
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("this time is outside the calendar") from None


def text(request: Json, name: str) -> str:
    """A member that is a string; empty where it is missing or null. Raises ``Malformed``."""
    value = request.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    raise Malformed(f"{name} is not a string")


def texts(request: Json, name: str) -> list[str]:
    """A member that is a list of strings; empty where it is missing or null. Raises ``Malformed``."""
    value = request.get(name)
    if value is None:
        return []
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return value
    raise Malformed(f"{name} is not a list of strings")


def _answered(line: bytes, answer: Callable[[Json], Json], refuse: Callable[[str], Json]) -> Json:
    identifier = None
    try:
        request = _request(line)
        identifier = _identifier(request.get("id"))
        return {"id": identifier, **answer(request)}
    except Malformed as error:
        return {"id": identifier, **refuse(str(error))}
    except Exception as error:  # the conversation goes on, whatever a line held
        return {"id": identifier, **refuse(type(error).__name__)}


def _identifier(sent: Any) -> str | int | float | None:
    """Text and numbers come back as they came; anything else has no sure way there and back."""
    return sent if isinstance(sent, str | int) or (isinstance(sent, float) and isfinite(sent)) else None


def _request(line: bytes) -> Json:
    try:
        request = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Malformed("this is not JSON in UTF-8") from None
    if not isinstance(request, dict):
        raise Malformed("this is not a JSON object")
    return request
