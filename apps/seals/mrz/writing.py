"""Building the two lines."""

import re
from datetime import date

from django.utils.translation import gettext as _

from apps.kernel.errors import Invalid
from apps.seals.mrz import names
from apps.seals.mrz.checkdigits import check_digit
from apps.seals.mrz.dates import PartialDate, full_date, partial_date
from apps.seals.mrz.profiles import Layout, profile_named
from apps.seals.mrz.states import state
from apps.seals.mrz.truncation import fit

NUMBER = re.compile(r"[A-Z0-9]{1,9}")
OPTIONAL = re.compile(r"[A-Z0-9< ]*")
SEXES = {"F": "F", "M": "M", "X": "<", "<": "<", "": "<"}
EARLIEST_YEAR, FIRST_EXPIRY, LAST_EXPIRY = 1900, 2000, 2099


def build(
    *,
    profile: str,
    surname: str,
    given_names: str,
    number: str,
    nationality: str,
    birth: str | date,
    sex: str,
    expiry: str | date,
    issuing_state: str,
    optional: str = "",
    document_code: str = "",
    romanisation: str = "",
) -> list[str]:
    """Two lines of 36 or 44 characters (ICAO Doc 9303-4 §4.2, 9303-6 §4.2, 9303-8 App. B).

    ``birth`` and ``expiry`` are ISO dates; of ``birth`` the month, the day or all may be missing.
    ``romanisation`` is ``pinyin`` or ``icao``; left out, it follows the nationality.
    Raises ``Invalid`` with a code ``mrz_…``.
    """
    kind = profile_named(profile)
    nation = state(nationality)
    field = _name_field(surname, given_names, _romanisation(romanisation, nation), kind.layout)
    first = kind.code_for(document_code).ljust(2, "<") + state(issuing_state) + field
    born, expires = _dates(str(birth), str(expiry))
    head = _checked(_number(number))
    middle = nation + _checked(born.six) + _sex(sex) + _checked(f"{expires:%y%m%d}")
    second = head + middle + _optional(optional, kind.layout)
    composite = check_digit(second[:10] + second[13:20] + second[21:])
    return [first, second + composite]


def _checked(field: str) -> str:
    return field + check_digit(field)


def _romanisation(asked: str, nation: str) -> str:
    chosen = asked or (names.PINYIN if nation == "CHN" else names.ICAO)
    if chosen not in names.ROMANISATIONS:
        raise Invalid(_("There is no romanisation of this name."), code="mrz_romanisation")
    return chosen


def _name_field(surname: str, given_names: str, romanisation: str, layout: Layout) -> str:
    """Someone with one name has it as the primary identifier, whichever it is."""
    identifiers = [names.components(name, romanisation=romanisation) for name in (surname, given_names)]
    primary, *rest = [identifier for identifier in identifiers if identifier] or [[]]
    if not primary:
        raise Invalid(_("A name is missing."), code="mrz_name_missing")
    return fit(primary, rest[0] if rest else [], layout.name_width)


def _number(number: str) -> str:
    if not NUMBER.fullmatch(number):
        raise Invalid(_("A document number is 1 to 9 letters A-Z and digits."), code="mrz_number")
    return number.ljust(9, "<")


def _sex(sex: str) -> str:
    if sex not in SEXES:
        raise Invalid(_("Sex is F, M or X."), code="mrz_sex")
    return SEXES[sex]


def _dates(birth: str, expiry: str) -> tuple[PartialDate, date]:
    born, expires = partial_date(birth), full_date(expiry)
    if not FIRST_EXPIRY <= expires.year <= LAST_EXPIRY:
        raise Invalid(_("A zone can only say an expiry from 2000 to 2099."), code="mrz_expiry")
    if born.earliest > expires or (born.year is not None and born.year < EARLIEST_YEAR):
        raise Invalid(_("This date of birth is not possible."), code="mrz_birth")
    return born, expires


def _optional(optional: str, layout: Layout) -> str:
    if len(optional) > layout.optional_width or not OPTIONAL.fullmatch(optional):
        raise Invalid(_("The optional data are too long or have other than A-Z and 0-9."), code="mrz_optional")
    field = optional.replace(" ", "<").ljust(layout.optional_width, "<")
    return _checked(field) if layout.optional_has_check_digit else field
