"""A name as the passport prints it: Latin capitals (ICAO Doc 9303-3 §4.6; GB/T 28039-2011)."""

import re

from django.utils.translation import gettext_lazy as _

from apps.accounts.names.written import APOSTROPHES
from apps.kernel.errors import Invalid

LONGEST = 100
FORM = re.compile(r"[A-Z]+(?:[ '-][A-Z]+)*")


def read(text: str) -> str:
    """Capitals with single spaces, hyphens or apostrophes between them; may be empty. Raises ``Invalid``."""
    spelling = " ".join(text.translate(APOSTROPHES).split())
    spelling = spelling.upper() if spelling.isascii() else spelling
    if "Ü" in spelling.upper():
        raise Invalid(_("A passport prints Ü as YU, as in LYU."), code="spelling_umlaut")
    if spelling and not FORM.fullmatch(spelling):
        raise Invalid(
            _("A printed name has the letters A to Z; between them a space, hyphen or apostrophe."),
            code="spelling_letters",
        )
    if len(spelling) > LONGEST:
        raise Invalid(_("A printed name has at most 100 letters."), code="spelling_too_long")
    return spelling


def read_surname(text: str) -> str:
    """As ``read``, but never empty: a person with one name has it as the primary identifier."""
    surname = read(text)
    if not surname:
        raise Invalid(
            _("This line of the passport is never empty. Somebody with only one name has it here."),
            code="surname_empty",
        )
    return surname
