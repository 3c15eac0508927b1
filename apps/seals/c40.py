"""C40, three characters in two bytes (ISO/IEC 16022; ICAO Doc 9303-13 §2.3). ``<`` travels as a space."""

from functools import cache

from apps.kernel.errors import Invalid

CHARACTERS = dict(enumerate(" 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", start=3))
VALUES = {character: value for value, character in CHARACTERS.items()} | {"<": 3}
PADDING = 0
"""Only in the place of the very last character."""

UNLATCH = 0xFE
"""Then follows one last character: ASCII and one."""


def encode(text: str) -> bytes:
    """``2 * ceil(len(text) / 3)`` bytes.

    Raises ``Invalid`` (``c40``) for other than A-Z, 0-9, space and ``<``.
    """
    try:
        return b"".join([_pair(text[start : start + 3]) for start in range(0, len(text), 3)])
    except KeyError:
        raise Invalid(code="c40") from None


def decode(data: bytes) -> str:
    """The characters, fillers as spaces. Raises ``Invalid`` (``c40``) for what no encoder writes."""
    if len(data) % 2:
        raise Invalid(code="c40")
    numbers = [high << 8 | low for high, low in zip(data[0::2], data[1::2], strict=True)]
    try:
        return "".join(map(_triple, numbers[:-1])) + "".join(map(_last, numbers[-1:]))
    except KeyError:
        raise Invalid(code="c40") from None


@cache
def _pair(text: str) -> bytes:
    """Two bytes for up to three characters. Remembered: there are only 37³ of them."""
    values = [VALUES[character] for character in text]
    if len(values) == 1:
        return bytes([UNLATCH, ord(CHARACTERS[values[0]]) + 1])
    first, second, third = [*values, PADDING][:3]
    return (1600 * first + 40 * second + third + 1).to_bytes(2, "big")


@cache
def _triple(number: int) -> str:
    first, rest = divmod(number - 1, 1600)
    return CHARACTERS[first] + CHARACTERS[rest // 40] + CHARACTERS[rest % 40]


def _last(number: int) -> str:
    if number >> 8 == UNLATCH:
        return CHARACTERS[VALUES[chr(number - 1 & 0xFF)]]
    first, rest = divmod(number - 1, 1600)
    third = "" if rest % 40 == PADDING else CHARACTERS[rest % 40]
    return CHARACTERS[first] + CHARACTERS[rest // 40] + third
