"""Check digits, ICAO Doc 9303-3 §4.9: digits count 0-9, letters 10-35, the filler 0; weights 7, 3, 1."""

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid

FILLER = "<"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

FOREIGN = 255
"""Marks, in the table below, a byte that has no place in a machine readable zone."""


def _table() -> bytes:
    values = bytearray([FOREIGN] * 256)
    for value, character in enumerate(ALPHABET):
        values[ord(character)] = value
    values[ord(FILLER)] = 0
    return bytes(values)


VALUES = _table()


def check_digit(text: str) -> str:
    """One digit over characters of ``ALPHABET``. Raises ``Invalid`` (``mrz_character``) for any other."""
    values = text.encode("ascii", "replace").translate(VALUES)
    if FOREIGN in values:
        raise Invalid(_("A machine readable zone has only A-Z, 0-9 and <."), code="mrz_character")
    return str((7 * sum(values[0::3]) + 3 * sum(values[1::3]) + sum(values[2::3])) % 10)
