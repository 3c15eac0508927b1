"""The citizen identity number of GB 11643-1999: 6 digits region, 8 birth date, 3 order, 1 check character.

Checksum and date come from python-stdnum; the region rule is ours, because its table knows neither the residence
permits of Hong Kong, Macao and Taiwan residents (810000, 820000, 830000) nor Sansha (460300).
"""

import re
from datetime import date

from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent

from apps.kernel.errors import Invalid

FORM = re.compile(r"[0-9]{17}[0-9X]")
PROVINCES = {
    *("11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37"),
    *("41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71"),
}
"""GB/T 2260, first two digits."""
WITHOUT_COUNTIES = {"441900", "442000", "460300", "460400", "620200"}
"""Prefectures whose residents have no county in the number: Dongguan, Zhongshan, Sansha, Danzhou, Jiayuguan."""
RESIDENCE_PERMITS = {"810000", "820000", "830000"}
"""Measures for residence permits of Hong Kong, Macao and Taiwan residents (State Council, 2018), art. 8."""


def read(text: str) -> str:
    """The number as printed, upper case. Raises ``Invalid``; its code says which part is wrong."""
    number = re.sub(r"[\s-]", "", text).upper()
    if not FORM.fullmatch(number):
        raise Invalid(_("An identity number has 18 digits; the last may be an X."), code="identity_number_form")
    if ric.calc_check_digit(number) != number[-1]:
        raise Invalid(
            _("There is a typing error in the identity number: its last character does not fit the others."),
            code="identity_number_checksum",
        )
    if not _is_region(number[:6]):
        raise Invalid(_("The first six digits of the identity number name no region."), code="identity_number_region")
    born_on(number)
    return number


def born_on(number: str) -> date:
    try:
        born: date = ric.get_birth_date(number)
    except InvalidComponent:
        raise Invalid(_("Digits 7 to 14 of the identity number are not a date."), code="identity_number_date") from None
    return born


def sex(number: str) -> str:
    """``M`` or ``F``: the order code is odd for men."""
    return "M" if int(number[16]) % 2 else "F"


def _is_region(code: str) -> bool:
    """Counties were renumbered so often that only the shape below the province is judged."""
    if code in RESIDENCE_PERMITS | WITHOUT_COUNTIES:
        return True
    return code[:2] in PROVINCES and code[2:4] != "00" and code[4:] != "00"
