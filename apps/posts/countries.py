"""Countries and regions by ISO 3166-1 alpha-2 code, named in the language now active or in both."""

from functools import lru_cache

from django.utils import translation
from django_countries import countries


def country_choices() -> list[tuple[str, str]]:
    """For forms: code and name, sorted by name."""
    return [(code, str(name)) for code, name in countries]


def is_country(code: str) -> bool:
    return code in countries.countries


def country_name(code: str) -> str:
    """In the language now active; the code itself where ISO 3166 has no such country."""
    return countries.name(code) or code


@lru_cache(maxsize=1)
def country_names() -> tuple[tuple[str, str, str], ...]:
    """Every code with its Chinese and its English name, sorted by code. Asked once per process."""
    return tuple((code, _named(code, "zh-hans"), _named(code, "en")) for code in sorted(countries.countries))


def _named(code: str, language: str) -> str:
    with translation.override(language):
        return country_name(code)
