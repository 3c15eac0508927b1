"""Check digits, ICAO Doc 9303-3 §4.9: digits count 0-9, letters 10-35, the filler 0; weights 7, 3, 1."""

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid

FILLER = "<"
DIGITS = "0123456789"
ALPHABET = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

FOREIGN = 255
"""Marks, in the table below, a byte that has no place in a machine readable zone."""


def _table() -> bytes:
    values = bytearray([FOREIGN] * 256)
    for value, character in enumerate(ALPHABET):
        values[ord(character)] = value
    values[ord(FILLER)] = 0
    return bytes(values)


VALUES = _table()


def values(text: str) -> bytes:
    """What each character counts. Raises ``Invalid`` (``mrz_character``) for any that is not in ``ALPHABET``."""
    counted = text.encode("ascii", "replace").translate(VALUES)
    if FOREIGN in counted:
        raise Invalid(_("A machine readable zone has only A-Z, 0-9 and <."), code="mrz_character")
    return counted


def digit(counted: bytes) -> str:
    """The check digit over such values."""
    return DIGITS[(7 * sum(counted[::3]) + 3 * sum(counted[1::3]) + sum(counted[2::3])) % 10]


def check_digit(text: str) -> str:
    """The check digit of some characters. Raises ``Invalid`` (``mrz_character``)."""
    return digit(values(text))
