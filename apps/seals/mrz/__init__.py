"""Machine readable zones (ICAO Doc 9303 parts 3, 4, 6, 8): written with ``build``, read with ``parse``."""

from apps.seals.mrz.checkdigits import check_digit
from apps.seals.mrz.profiles import PROFILES, Profile
from apps.seals.mrz.reading import Zone, parse
from apps.seals.mrz.writing import build

__all__ = ["PROFILES", "Profile", "Zone", "build", "check_digit", "parse"]
