"""A name as the identity card writes it: every CJK plane, the interpunct, one character or a hundred."""

import re
import unicodedata

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Invalid

LONGEST = 100
DOT = "\u00b7"
LIKE_A_DOT = str.maketrans(dict.fromkeys("\u2022\u30fb\uff65\u2027\u22c5\u2219\u2e31\u2024\ufe52\uff0e\u25cf.", DOT))
"""Bullets, katakana dots, operators and full stops that keyboards offer for U+00B7."""
APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\uff07`\u00b4", "'"))
LETTERS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc"}
BLANK_LETTERS = set("\u115f\u1160\u3164\uffa0")
"""Hangul fillers: letters to Unicode, nothing to the eye."""
ZERO = "\u3007"
"""The character 〇, which Unicode counts among the numbers."""
INNER = re.compile(r"[·'-]{2}|^[·'-]|[·'-]$")
SPACE_BY_DOT = re.compile(r"\s*([·'-])\s*")
SPACE_BY_HAN = re.compile(r"(?<=[^\x00-\u02ff]) | (?=[^\x00-\u02ff])")


def read(text: str) -> str:
    """The name, NFC (never NFKC: that would replace characters) and with one kind of dot.

    Raises ``Invalid``; its code says why.
    """
    name = unicodedata.normalize("NFC", text).translate(LIKE_A_DOT).translate(APOSTROPHES)
    name = SPACE_BY_HAN.sub("", SPACE_BY_DOT.sub(r"\1", " ".join(name.split())))
    if not name:
        raise Invalid(_("The name is empty."), code="name_empty")
    if len(name) > LONGEST:
        raise Invalid(_("A name has at most 100 characters."), code="name_too_long")
    for character in name:
        _check(character)
    if INNER.search(name):
        raise Invalid(_("A dot stands between two parts of a name."), code="name_dot")
    return name


def is_han_extension(character: str) -> bool:
    """Planes 2 and 3 are reserved for Han; new blocks appear there faster than Python's tables follow."""
    point = ord(character)
    return 0x20000 <= point <= 0x3FFFD and point & 0xFFFF < 0xFFFE  # noqa: PLR2004


def _check(character: str) -> None:
    category = unicodedata.category(character)
    if category == "Co":
        raise Invalid(
            _(
                "One character of the name is typed with a private code that other machines show differently. "
                "Choose the character from a current keyboard. If it is not there, write its pinyin instead "
                "and tell the officer."
            ),
            code="name_private_use",
        )
    if category == "Nd":
        raise Invalid(_("A name has no digits."), code="name_digit")
    if not (character in " -'·" or character == ZERO or _is_letter(character, category)):
        raise Invalid(_not_part_of_a_name(character), code="name_character")


def _not_part_of_a_name(character: str) -> str | Promise:
    if character.isprintable():
        return _("“%(character)s” cannot be part of a name.") % {"character": character}
    return _("The name contains an invisible character. Type it again instead of pasting it.")


def _is_letter(character: str, category: str) -> bool:
    if is_han_extension(character):
        return True
    chooses_a_shape = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return category in LETTERS and character not in BLANK_LETTERS and not chooses_a_shape
