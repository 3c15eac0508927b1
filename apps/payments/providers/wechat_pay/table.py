"""The text of a bill: a back-tick before every value, no quoting, so that only comma and back-tick part values.

Columns are found by their names (payments.md 1.5); a name that is missing or new makes the bill unbelievable.
"""

import re
from collections.abc import Iterable, Sequence, Set

from apps.payments.providers.base import BrokenBill
from apps.posts.money import exponent

MARK = "`"
PLACES = 8
AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,8})?")
Row = dict[str, str]


def read(content: bytes, columns: Set[str], sums: Set[str]) -> tuple[list[Row], Row]:
    """The rows and the sums beneath them; no ``sums`` are wanted of a table that has none. Raises ``BrokenBill``."""
    lines = _lines(content)
    if not lines or lines[0].startswith(MARK):
        raise BrokenBill
    heads = [place for place, line in enumerate(lines) if not line.startswith(MARK)]
    end = heads[1] if sums and len(heads) > 1 else len(lines)
    rows = _rows(lines[:end], columns)
    if not sums:
        return rows, {}
    totals = _rows(lines[end:], sums) if end < len(lines) else []
    if len(totals) != 1:
        raise BrokenBill
    return rows, totals[0]


def units(text: str) -> int:
    """A decimal number, exactly, in units of 10^-8. Raises ``BrokenBill``."""
    if not AMOUNT.fullmatch(text):
        raise BrokenBill
    whole, _point, part = text.partition(".")
    return int(whole + part.ljust(PLACES, "0"))


def minor(text: str, currency: str) -> int:
    """An amount of the major unit, exactly, in the smallest one. Raises ``BrokenBill``."""
    one: int = 10 ** (PLACES - exponent(currency))
    amount, rest = divmod(units(text), one)
    if rest:
        raise BrokenBill
    return amount


def check_sum(rows: Iterable[Row], column: str, total: str) -> None:
    """Raises ``BrokenBill``."""
    if sum(units(row[column]) for row in rows) != units(total):
        raise BrokenBill


def check_count(rows: Sequence[Row], said: str) -> None:
    """Raises ``BrokenBill``."""
    if units(said) != len(rows) * 10**PLACES:
        raise BrokenBill


def _lines(content: bytes) -> list[str]:
    """UTF-8 with or without a mark at its beginning, either kind of line end."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BrokenBill from None
    lines = re.split("\r?\n", text)
    return lines[:-1] if lines[-1] == "" else lines


def _rows(lines: list[str], columns: Set[str]) -> list[Row]:
    names = lines[0].split(",")
    if len(names) != len(columns) or set(names) != columns:
        raise BrokenBill
    return [_row(line, names) for line in lines[1:]]


def _row(line: str, names: list[str]) -> Row:
    values = line[1:].split(f",{MARK}")
    if not line.startswith(MARK) or len(values) != len(names):
        raise BrokenBill
    return dict(zip(names, values, strict=True))
