"""Dates of a seal: the number MMDDYYYY in three bytes (ICAO Doc 9303-13 §2.2)."""

from datetime import date
from functools import lru_cache

from apps.kernel.errors import Invalid

NOT_SET = bytes(3)


@lru_cache(maxsize=1024)
def encode(day: date | None) -> bytes:
    if day is None:
        return NOT_SET
    return (day.month * 1_000_000 + day.day * 10_000 + day.year).to_bytes(3, "big")


@lru_cache(maxsize=1024)
def decode(data: bytes) -> date | None:
    """None where the date is not set. Raises ``Invalid`` (``vds_date``)."""
    if data == NOT_SET:
        return None
    month, rest = divmod(int.from_bytes(data, "big"), 1_000_000)
    try:
        return date(rest % 10_000, month, rest // 10_000)
    except ValueError:
        raise Invalid(code="vds_date") from None
