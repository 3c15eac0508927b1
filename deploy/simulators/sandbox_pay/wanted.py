"""What a merchant may ask for. Strict on purpose: leniency would hide the mistakes of its clients."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

REQUIRED = {"reference", "amount_minor", "currency", "title", "notify_url", "expires_at"}
OPTIONAL = {"return_url"}
LANGUAGES = {"zh-hans", "en"}
LONGEST_TITLE = 200
LARGEST_AMOUNT = 10**12


class Refused(Exception):
    """A call that cannot be followed: the HTTP status and a code."""

    def __init__(self, status: int, error: str, reference: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.reference = reference


@dataclass(frozen=True)
class Wanted:
    """One order as the merchant wants it."""

    reference: str
    amount_minor: int
    currency: str
    title: dict[str, str]
    notify_url: str
    expires_at: str
    return_url: str | None = None

    @property
    def expires(self) -> datetime:
        return datetime.fromisoformat(self.expires_at)


def parse(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises ``Refused`` (400) for anything else, repeated names and non-numbers included."""
    try:
        data = json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused(400, "malformed") from None
    if not isinstance(data, dict):
        raise Refused(400, "malformed")
    return data


def read(body: bytes) -> Wanted:
    """The order in this body. Raises ``Refused`` (400) naming the first field that is missing, unknown or wrong."""
    data = parse(body)
    reference = data.get("reference")
    known = reference if isinstance(reference, str) and re.fullmatch("[0-9A-Za-z_-]{6,32}", reference) else ""
    for name in sorted(REQUIRED - set(data)):
        raise Refused(400, f"missing {name}", known)
    for name in sorted(set(data) - REQUIRED - OPTIONAL):
        raise Refused(400, f"unknown {name[:50]}", known)
    for name, value in data.items():
        if not CHECKS[name](value):
            raise Refused(400, f"wrong {name}", known)
    return Wanted(**data)


def read_refund(body: bytes, reference: str) -> tuple[str, int]:
    """Number and amount of a refund. Raises ``Refused`` (400)."""
    data = parse(body)
    if set(data) != {"number", "amount_minor"}:
        raise Refused(400, "wrong fields", reference)
    if not _is_reference(data["number"]) or not _is_amount(data["amount_minor"]):
        raise Refused(400, "wrong refund", reference)
    return data["number"], data["amount_minor"]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _is_reference(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9A-Za-z_-]{6,32}", value) is not None


def _is_amount(value: Any) -> bool:
    return type(value) is int and 0 < value <= LARGEST_AMOUNT


def _is_currency(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[A-Z]{3}", value) is not None


def _is_title(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == LANGUAGES
        and all(isinstance(text, str) and 0 < len(text) <= LONGEST_TITLE for text in value.values())
    )


def _is_url(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > 500 or not value.isascii() or not value.isprintable():  # noqa: PLR2004
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in value
    except ValueError:
        return False


def _is_notify_url(value: Any) -> bool:
    return _is_url(value) and "?" not in value and "#" not in value


def _is_time(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


CHECKS = {
    "reference": _is_reference,
    "amount_minor": _is_amount,
    "currency": _is_currency,
    "title": _is_title,
    "notify_url": _is_notify_url,
    "return_url": _is_url,
    "expires_at": _is_time,
}
