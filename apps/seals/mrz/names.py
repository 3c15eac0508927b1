"""From a name as people write it to the components of a zone (ICAO Doc 9303-3 §4.6, §6)."""

import re
import unicodedata

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.seals.mrz.letters import APOSTROPHES, COMMAS, INTERPUNCTS, LETTERS

PINYIN, ICAO = "pinyin", "icao"
ROMANISATIONS = (PINYIN, ICAO)

LONGEST = 500
SEPARATORS = INTERPUNCTS | COMMAS | {"<"}

TONED_U = str.maketrans("ǕǗǙǛ", "ÜÜÜÜ")
PINYIN_RULES = (
    (re.compile("(?<=[LN])Ü(?=[EĒÉĚÈ])"), "U"),
    (re.compile("(?<=[LN])Ü"), "YU"),
    (re.compile("(?<=[JQXY])Ü"), "U"),
)
"""Notice of the National Immigration Administration, 29 September 2021; GB/T 28039-2011: LYU, NYU, LUE, NUE.
After J, Q, X and Y the dots are only a slip of the pen. ICAO's Ü, as in MUELLER, is for other languages."""


def components(name: str, *, romanisation: str) -> list[str]:
    """Words of A-Z: ``components("Lü·O'Hara", romanisation="pinyin") == ["LYU", "OHARA"]``.

    Raises ``Invalid``: ``mrz_name_too_long``, ``mrz_name_digit``, or ``mrz_name_character``, which names the
    code point of what has no transliteration; nothing is dropped in silence.
    """
    if len(name) > LONGEST:
        raise Invalid(_("This name is too long."), code="mrz_name_too_long")
    upper = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).upper())
    if romanisation == PINYIN:
        upper = _pinyin(upper)
    return "".join(map(_transliterated, _without_stray_marks(upper))).split()


def _pinyin(upper: str) -> str:
    upper = upper.translate(TONED_U)
    for pattern, spelling in PINYIN_RULES:
        upper = pattern.sub(spelling, upper)
    return upper


def _without_stray_marks(upper: str) -> str:
    """An accent without a precomposed letter still goes with its letter."""
    return re.sub(r"(?<=[A-Z])[\u0300-\u036f]+", "", upper)


def _transliterated(character: str) -> str:
    """Letters, a space for what parts two words, or nothing for punctuation that parts none."""
    if (letters := LETTERS.get(character)) is not None:
        return letters
    category = unicodedata.category(character)
    if category in {"Pd", "Zs"} or character in SEPARATORS:
        return " "
    if character in APOSTROPHES or category[0] == "P":
        return ""
    if category == "Nd":
        raise Invalid(_("A name has no digits."), code="mrz_name_digit")
    base = unicodedata.decomposition(character).split()
    if base and len(base) > 1 and _is_accent(base[1:]):
        return _transliterated(chr(int(base[0], 16)))
    raise Invalid(
        _("The character %(code_point)s cannot be written in a machine readable zone.")
        % {"code_point": f"U+{ord(character):04X}"},
        code="mrz_name_character",
    )


def _is_accent(code_points: list[str]) -> bool:
    return all(unicodedata.combining(chr(int(each, 16))) for each in code_points)
