"""JSON in, JSON out, and nothing strange inside it."""

import json
from math import isfinite
from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer

from apps.kernel.errors import Invalid

DEEPEST = 32
SMALLEST, LARGEST = -(2**63), 2**63 - 1


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice")
    return found


def _whole(digits: str) -> int:
    number = int(digits)
    if not SMALLEST <= number <= LARGEST:
        raise ValueError("beyond 64 bits")
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ValueError("beyond floats")
    return number


def _check(value: Any, level: int = 1) -> None:
    """Refuse what PostgreSQL or the next program would choke on: NUL, lone surrogates, bottomless nesting."""
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("NUL character")
        value.encode()
    elif isinstance(value, dict | list):
        if level > DEEPEST:
            raise ValueError("nested too deeply")
        for inner in [*value, *value.values()] if isinstance(value, dict) else value:
            _check(inner, level + 1)


STRICTLY: dict[str, Any] = {
    "parse_constant": _no_constant,
    "parse_int": _whole,
    "parse_float": _finite,
    "object_pairs_hook": _once,
}


class StrictJSONParser(JSONParser):
    """RFC 8259 without its loopholes: UTF-8, no repeated names, no NaN, numbers that fit, at most 32 levels.

    The size is limited before this: reading more than ``DATA_UPLOAD_MAX_MEMORY_SIZE`` raises ``RequestDataTooBig``.
    """

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            value = json.loads(stream.read().decode(), **STRICTLY)
            _check(value)
        except (ValueError, RecursionError):
            raise Invalid(_("This is not the JSON this service reads."), code="malformed") from None
        return value


class JSONRendererOnly(JSONRenderer):
    """UTF-8 JSON; ``charset`` stays off, as RFC 8259 wants."""

    ensure_ascii = False
