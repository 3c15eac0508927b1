"""What is in answers and notices, field by field. Everything raises ``ValueError`` for what makes no sense."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from apps.payments.providers.base import Paid

LONGEST, LARGEST = 64, 2**63 - 1
YUAN = "CNY"

Told = Mapping[str, Any]


def whole_object(content: bytes) -> dict[str, Any]:
    try:
        data = json.loads(content)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(data, dict):
        raise ValueError("not an object")
    return data


def text(told: Told, name: str) -> str:
    """Of a size and alphabet that a row can hold."""
    value = told.get(name)
    if not (isinstance(value, str) and 0 < len(value) <= LONGEST and value.isascii() and value.isprintable()):
        raise ValueError(name)
    return value


def minor(told: Told, name: str) -> int:
    """An integer of the smallest unit; true is no integer."""
    value = told.get(name)
    if type(value) is not int or not 0 <= value <= LARGEST:
        raise ValueError(name)
    return value


def moment(told: Told, name: str) -> datetime:
    value = datetime.fromisoformat(text(told, name))
    if value.tzinfo is None:
        raise ValueError(name)
    return value


def inner(told: Told, name: str) -> dict[str, Any]:
    value = told.get(name)
    if not isinstance(value, dict):
        raise ValueError(name)
    return value


def paid(amount: Told, name: str, asked_minor: int, currency: str, fallback: str = "") -> Paid | None:
    """What the payer's side says, where it differs; nothing where it is silent.

    ``fallback`` is the currency that a contract has, when only one is possible.
    """
    if name not in amount or not (amount.get("payer_currency") or fallback):
        return None
    theirs = Paid(minor(amount, name), text({"payer_currency": fallback, **amount}, "payer_currency"))
    return None if theirs == Paid(asked_minor, currency) else theirs
