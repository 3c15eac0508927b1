"""Readers of parameters: each takes the text of one and its name, and gives its value or raises ``Invalid``."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from deploy.simulators.stripe.errors import Invalid

Reader = Callable[[Any, str], Any]


def text(longest: int = 500) -> Reader:
    def read(value: Any, param: str) -> str:
        if not isinstance(value, str):
            raise Invalid(f"Invalid string: {param}", param)
        if not value:
            raise Invalid(f"You passed an empty string for '{param}'.", param, "parameter_invalid_empty")
        if len(value) > longest:
            raise Invalid(f"Invalid string: {param}; must be at most {longest} characters", param)
        return value

    return read


def integer(least: int, most: int) -> Reader:
    def read(value: Any, param: str) -> int:
        if not isinstance(value, str) or not re.fullmatch("-?[0-9]{1,15}", value):
            raise Invalid(f"Invalid integer: {value}", param, "parameter_invalid_integer")
        if not least <= int(value) <= most:
            raise Invalid(f"This value must be between {least} and {most}.", param, "parameter_invalid_integer")
        return int(value)

    return read


def one_of(*choices: str) -> Reader:
    def read(value: Any, param: str) -> str:
        if value not in choices:
            raise Invalid(f"Invalid {param}: must be one of {', '.join(choices)}", param)
        return str(value)

    return read


def flag(value: Any, param: str) -> bool:
    if value not in {"true", "false"}:
        raise Invalid(f"Invalid boolean: {value}", param)
    return bool(value == "true")


def url(value: Any, param: str) -> str:
    read = str(text(5000)(value, param))
    try:
        parts = urlsplit(read)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not read.isprintable() or " " in read:
        raise Invalid("Not a valid URL", param, "url_invalid")
    return read


def metadata(value: Any, param: str) -> dict[str, str]:
    """At most 50 names of 40 characters, values of 500."""
    if not isinstance(value, dict) or len(value) > 50:  # noqa: PLR2004
        raise Invalid(f"Invalid object: {param}", param)
    for name in value:
        if len(name) > 40:  # noqa: PLR2004
            raise Invalid(f"Invalid metadata name: {name}", param)
    return {name: text(500)(inner, f"{param}[{name}]") for name, inner in value.items()}


def many(inner: Reader, most: int = 100) -> Reader:
    def read(value: Any, param: str) -> list[Any]:
        if not isinstance(value, list) or not 0 < len(value) <= most:
            raise Invalid("Invalid array", param)
        return [inner(item, f"{param}[{number}]") for number, item in enumerate(value)]

    return read


def mapping(readers: Mapping[str, Reader], required: tuple[str, ...] = ()) -> Reader:
    def read(value: Any, param: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Invalid("Invalid object", param)
        named = {name: f"{param}[{name}]" if param else name for name in {*value, *required}}
        for name in value:
            if name not in readers:
                raise Invalid(f"Received unknown parameter: {named[name]}", named[name], "parameter_unknown")
        for name in required:
            if name not in value:
                raise Invalid(f"Missing required param: {named[name]}.", named[name], "parameter_missing")
        return {name: readers[name](inner, named[name]) for name, inner in value.items()}

    return read
