"""C40, three characters in two bytes (ISO/IEC 16022; ICAO Doc 9303-13 §2.3). ``<`` travels as a space."""

import re
from collections.abc import Callable
from struct import unpack
from typing import TypeVar

from apps.kernel.errors import Invalid

CHARACTERS = dict(enumerate(" 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", start=3))
VALUES = {character: value for value, character in CHARACTERS.items()} | {"<": 3}
PADDING = 0
"""Only in the place of the very last character."""

UNLATCH = 0xFE
"""Then follows one last character: ASCII and one."""

UP_TO_THREE = re.compile(".{1,3}", re.DOTALL)


K = TypeVar("K")
V = TypeVar("V")


class Met(dict[K, V]):
    """What has been met before; there are only some 37³. Whatever is new is worked out, or a ``KeyError``."""

    def __init__(self, work_out: Callable[[K], V]) -> None:
        self._work_out = work_out

    def __missing__(self, key: K) -> V:
        return self.setdefault(key, self._work_out(key))


def encode(text: str) -> bytes:
    """``2 * ceil(len(text) / 3)`` bytes.

    Raises ``Invalid`` (``c40``) for other than A-Z, 0-9, space and ``<``.
    """
    parts = UP_TO_THREE.findall(text)
    try:
        return b"".join(map(PAIRS.__getitem__, parts))
    except KeyError:
        raise Invalid(code="c40") from None


def decode(data: bytes) -> str:
    """The characters, fillers as spaces. Raises ``Invalid`` (``c40``) for what no encoder writes."""
    if len(data) % 2:
        raise Invalid(code="c40")
    if not data:
        return ""
    *numbers, last = unpack(f">{len(data) // 2}H", data)
    try:
        return "".join(map(TRIPLES.__getitem__, numbers)) + LASTS[last]
    except KeyError:
        raise Invalid(code="c40") from None


def _pair(text: str) -> bytes:
    values = [VALUES[character] for character in text]
    if len(values) == 1:
        return bytes([UNLATCH, ord(CHARACTERS[values[0]]) + 1])
    first, second, third = [*values, PADDING][:3]
    return (1600 * first + 40 * second + third + 1).to_bytes(2, "big")


def _triple(number: int) -> str:
    first, rest = divmod(number - 1, 1600)
    return CHARACTERS[first] + CHARACTERS[rest // 40] + CHARACTERS[rest % 40]


def _last(number: int) -> str:
    if number >> 8 == UNLATCH:
        return CHARACTERS[VALUES[chr(number - 1 & 0xFF)]]
    if (number - 1) % 40 != PADDING:
        return _triple(number)
    first, rest = divmod(number - 1, 1600)
    return CHARACTERS[first] + CHARACTERS[rest // 40]


PAIRS = Met(_pair)
TRIPLES, LASTS = Met(_triple), Met(_last)
