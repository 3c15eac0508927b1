"""C40, three characters in two bytes (ISO/IEC 16022; ICAO Doc 9303-13 §2.3). ``<`` travels as a space."""

import re
from struct import unpack

from apps.kernel.errors import Invalid

CHARACTERS = dict(enumerate(" 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", start=3))
VALUES = {character: value for value, character in CHARACTERS.items()} | {"<": 3}
PADDING = 0
"""Only in the place of the very last character."""

UNLATCH = 0xFE
"""Then follows one last character: ASCII and one."""

UP_TO_THREE = re.compile(".{1,3}", re.DOTALL)


class Triples(dict[int, str]):
    """The three characters of each number of two bytes; worked out when first met."""

    def __missing__(self, number: int) -> str:
        first, rest = divmod(number - 1, 1600)
        text = CHARACTERS[first] + CHARACTERS[rest // 40] + CHARACTERS[rest % 40]
        self[number] = text
        return text


class Pairs(dict[str, bytes]):
    """The two bytes of up to three characters; worked out when first met. There are 37³ and a few."""

    def __missing__(self, text: str) -> bytes:
        values = [VALUES[character] for character in text]
        if len(values) == 1:
            pair = bytes([UNLATCH, ord(CHARACTERS[values[0]]) + 1])
        else:
            first, second, third = [*values, PADDING][:3]
            pair = (1600 * first + 40 * second + third + 1).to_bytes(2, "big")
        self[text] = pair
        return pair


TRIPLES, PAIRS = Triples(), Pairs()


def encode(text: str) -> bytes:
    """``2 * ceil(len(text) / 3)`` bytes.

    Raises ``Invalid`` (``c40``) for other than A-Z, 0-9, space and ``<``.
    """
    try:
        return b"".join(map(PAIRS.__getitem__, UP_TO_THREE.findall(text)))
    except KeyError:
        raise Invalid(code="c40") from None


def decode(data: bytes) -> str:
    """The characters, fillers as spaces. Raises ``Invalid`` (``c40``) for what no encoder writes."""
    if len(data) % 2:
        raise Invalid(code="c40")
    numbers = unpack(f">{len(data) // 2}H", data)
    try:
        return "".join(map(TRIPLES.__getitem__, numbers[:-1])) + "".join(map(_last, numbers[-1:]))
    except KeyError:
        raise Invalid(code="c40") from None


def _last(number: int) -> str:
    if number >> 8 == UNLATCH:
        return CHARACTERS[VALUES[chr(number - 1 & 0xFF)]]
    if (number - 1) % 40 != PADDING:
        return TRIPLES[number]
    first, rest = divmod(number - 1, 1600)
    return CHARACTERS[first] + CHARACTERS[rest // 40]
