"""JSON in, JSON out, and nothing strange inside it."""

import json
from typing import Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer

from apps.kernel.errors import Invalid, TooLarge

DEEPEST = 32


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice")
    return found


def _check(value: Any, depth: int = 0) -> None:
    """Refuse what PostgreSQL or the next program would choke on: NUL, lone surrogates, bottomless nesting."""
    if depth > DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("NUL character")
        value.encode()
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check(name, depth + 1)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)


class StrictJSONParser(JSONParser):
    """RFC 8259 without its loopholes: UTF-8, no repeated names, no NaN, at most 32 levels and one megabyte."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge
        try:
            value = json.loads(body.decode(), parse_constant=_no_constant, object_pairs_hook=_once)
            _check(value)
        except (ValueError, RecursionError):
            raise Invalid(_("This is not the JSON this service reads."), code="malformed") from None
        return value


class JSONRendererOnly(JSONRenderer):
    """UTF-8 JSON; ``charset`` stays off, as RFC 8259 wants."""

    ensure_ascii = False
