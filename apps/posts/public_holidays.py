"""Public holidays and weekends of any country, from the ``holidays`` package, named in both languages.

Years to come are estimates where a government has not decided yet; staff correct them with closures.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from holidays import country_holidays, list_supported_countries
from holidays.constants import PUBLIC

CHINA = "CN"
ENGLISH = "en_US"
CHINESE_NAMES: Mapping[str, str] = tomllib.loads((Path(__file__).parent / "holiday_names.toml").read_text("utf-8"))

_REMARK = re.compile(r" \((observed|estimated|observed, estimated)\)")
_CHINESE_REMARKS = {"observed": "（补休）", "estimated": "（预计）", "observed, estimated": "（补休，预计）"}


@dataclass(frozen=True, slots=True)
class Names:
    """What a holiday is called."""

    zh: str
    en: str


Holidays = Mapping[date, Names]


@lru_cache(maxsize=512)
def holidays_of(country: str, subdivision: str, year: int) -> Holidays:
    """The public holidays of one year, by day. Computed once per process.

    ``country`` is an ISO 3166-1 alpha-2 code, ``subdivision`` the second half of an ISO 3166-2 code or empty.
    A country the package does not know has no holidays here: its posts keep them as closures.
    """
    if country == CHINA:
        return _holidays_of_china(year)
    english = _read(country, subdivision, year, ENGLISH)
    return MappingProxyType({day: Names(_in_chinese(name), name) for day, name in english.items()})


@lru_cache(maxsize=256)
def weekend_of(country: str) -> frozenset[int]:
    """The days off in a week, Monday = 0: Saturday and Sunday in France, Friday and Saturday in Kuwait."""
    if country not in list_supported_countries():
        return frozenset({5, 6})
    return frozenset(country_holidays(country).weekend)


def _holidays_of_china(year: int) -> Holidays:
    chinese, english = (_read(CHINA, "", year, language) for language in ("zh_CN", ENGLISH))
    return MappingProxyType({day: Names(chinese[day], english[day]) for day in chinese})


def _read(country: str, subdivision: str, year: int, language: str) -> dict[date, str]:
    known = list_supported_countries()
    if country not in known:
        return {}
    subdivision = subdivision if subdivision in known[country] else ""
    spoken = language if language in country_holidays(country).supported_languages else None
    found = country_holidays(country, subdiv=subdivision or None, years=year, language=spoken, categories=PUBLIC)
    return {day: name for day, name in found.items() if day.year == year}


def _in_chinese(names: str) -> str:
    """Two holidays on one day come as ``A; B``. What has no Chinese name keeps its own."""
    return "；".join(_one_in_chinese(name) for name in names.split("; "))


def _one_in_chinese(name: str) -> str:
    bare = _REMARK.sub("", name)
    remark = _REMARK.search(name)
    chinese = CHINESE_NAMES.get(bare, bare)
    return chinese + (_CHINESE_REMARKS[remark[1]] if remark else "")
