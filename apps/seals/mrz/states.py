"""Codes of states and nationalities in a zone: ISO 3166-1 alpha-3 and the additions of ICAO Doc 9303-3 §5."""

import re

from django.utils.translation import gettext as _
from django_countries.data import ALT_CODES

from apps.kernel.errors import Invalid

ADDITIONS = {
    *("D", "GBD", "GBN", "GBO", "GBP", "GBS", "RKS", "EUE", "UNO", "UNA", "UNK"),
    *("XXA", "XXB", "XXC", "XXX", "UTO"),
}
NOT_IN_ZONES = {"DEU", "HKG", "MAC", "TWN"}
"""Germany writes D; nationals of China write CHN wherever they live."""

WRITTEN = ({codes[0] for codes in ALT_CODES.values()} | ADDITIONS) - NOT_IN_ZONES

READ = re.compile(r"[A-Z]{3}|[A-Z]{2}<|[A-Z]<<")


def state(code: str) -> str:
    """Three characters to print. Raises ``Invalid`` (``mrz_state``)."""
    if code.rstrip("<") in WRITTEN:
        return code.rstrip("<").ljust(3, "<")
    raise Invalid(_("This is not the code of a state that a travel document may carry."), code="mrz_state")
