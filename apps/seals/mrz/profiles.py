"""Which document has which zone. A new kind of document is a row here."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Two lines of one width, one object each. Positions of the second line up to 28 are the same in both sizes."""

    name: str
    width: int
    optional: slice
    optional_has_check_digit: bool

    @property
    def name_width(self) -> int:
        return self.width - 5

    @property
    def optional_width(self) -> int:
        return int(self.optional.stop - self.optional.start)


TD3 = Layout("TD3", 44, slice(28, 42), optional_has_check_digit=True)
"""Booklets, 9303-4 §4.2."""

TD2 = Layout("TD2", 36, slice(28, 35), optional_has_check_digit=False)
"""Sheets, 9303-6 §4.2."""

LAYOUTS = {layout.width: layout for layout in (TD3, TD2)}


@dataclass(frozen=True, slots=True)
class Profile:
    """``code`` is the document code it carries; only ``open`` profiles may be asked for another."""

    layout: Layout
    code: str
    open: bool = False

    def code_for(self, asked: str) -> str:
        """The code to print. Raises ``Invalid`` (``mrz_document_code``)."""
        code = asked.rstrip("<") or self.code
        if code == self.code:
            return code
        if self.open and code != "PU" and code not in REDEFINED and may_be_read(self.layout, code):
            return code
        raise Invalid(_("This document code may not be written on this document."), code="mrz_document_code")


PROFILES = {
    # our emergency travel documents: a single sheet with a seal, a booklet without (9303-8)
    "ETD_SHEET": Profile(TD2, "PU"),
    "ETD_BOOKLET": Profile(TD3, "PE"),
    # any other document of the two sizes
    "TD3": Profile(TD3, "P", open=True),
    "TD2": Profile(TD2, "I", open=True),
}

REDEFINED = {"PT", "PO"}
"""Read, never written: 9303-4 has given them new meanings (alien, official)."""

CODE = re.compile(r"[A-Z][A-Z0-9]?")


def profile_named(name: str) -> Profile:
    """Raises ``Invalid`` (``mrz_profile``)."""
    if profile := PROFILES.get(name):
        return profile
    raise Invalid(_("There is no document profile of this name."), code="mrz_profile")


@lru_cache(maxsize=1024)
def may_be_read(layout: Layout, code: str) -> bool:
    """Whether a document of this size may carry ``code``: sheets A, C or I, and the PU of 9303-8 alone."""
    if not CODE.fullmatch(code):
        return False
    if layout is TD3:
        return code[0] == "P"
    return code == "PU" or (code[0] in "ACI" and code != "IV")
