"""Facts as one person reads them: times in their zone, money in their words, codes never."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_timezone_location
from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

from apps.posts.money import format_money

Fact = str | int | Promise | Sequence[str | Promise] | None
"""None and "" mean that there is nothing to say; a sequence becomes lines."""

LOCALES = {"zh-hans": "zh_Hans_CN", "en": "en_GB"}
AMOUNTS = ("amount", "amount_due")
LISTS = ("reasons", "kept")
DEFAULT_ZONE = "Asia/Shanghai"


def language_of(code: str) -> str:
    """The language we write in to someone who chose ``code``."""
    return "en" if code.lower().startswith("en") else "zh-hans"


def zone_of(name: str) -> ZoneInfo:
    """The person's zone; Beijing time when this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(DEFAULT_ZONE)


def say_time(moment: datetime, *, language: str, zone: ZoneInfo, told_at: datetime) -> str:
    """``11月23日（周一） 14:30（巴黎）``, ``Mon 23 Nov 2026, 14:30 (Paris)``: which clock is meant is always said."""
    place = get_timezone_location(zone, locale=LOCALES[language], return_city=True).rpartition("/")[2]
    local = moment.astimezone(zone)
    day = say_day(local.date(), language=language, told_on=told_at.astimezone(zone).date())
    clock = format_datetime(local, "HH:mm", locale=LOCALES[language])
    return f"{day}, {clock} ({place})" if language == "en" else f"{day} {clock}（{place}）"


def say_day(day: date, *, language: str, told_on: date) -> str:
    """``11月23日（周一）``, with the year only when it is another one; ``Mon 23 Nov 2026``."""
    if language == "en":
        return format_date(day, "EEE d MMM y", locale=LOCALES["en"])
    pattern = "M月d日（EEE）" if day.year == told_on.year else "y年M月d日（EEE）"
    return format_date(day, pattern, locale=LOCALES["zh-hans"])


def say(*, facts: Mapping[str, Fact], language: str, time_zone: str, at: datetime) -> dict[str, str]:
    """Every fact as text. ``<name>_at`` is an ISO 8601 time with offset, ``<name>_on`` an ISO date.

    An integer ``amount`` (paid) or ``amount_due`` counts the smallest unit of ``currency`` (ISO 4217); ``reasons``
    and ``kept`` become lists, one a line; ``link`` may be a path on this server.
    Raises ``ValueError`` for a time or date that is none.
    """
    zone = zone_of(time_zone)
    with translation.override(language):
        said = {name: _plain(fact) for name, fact in facts.items()}
    for name, text in said.items():
        if text and name.endswith("_at"):
            said[name] = say_time(datetime.fromisoformat(text), language=language, zone=zone, told_at=at)
        elif text and name.endswith("_on"):
            told_on = at.astimezone(zone).date()
            said[name] = say_day(date.fromisoformat(text), language=language, told_on=told_on)
    for name in AMOUNTS:
        if isinstance(amount := facts.get(name), int):
            said[name] = format_money(amount, said.get("currency", ""), language) if amount else ""
    said |= {name: _listed(said[name]) for name in LISTS if name in said}
    if said.get("link", "").startswith("/"):
        said["link"] = settings.PUBLIC_URL + said["link"]
    return said


def _plain(fact: Fact) -> str:
    if fact is None:
        return ""
    if isinstance(fact, str | int | Promise):
        return _printable(str(fact))
    return "\n".join(_printable(str(line)) for line in fact)


def _listed(lines: str) -> str:
    return "\n".join(f"- {line.removeprefix('- ')}" for line in lines.splitlines())


def _printable(text: str) -> str:
    """Without control characters: PostgreSQL refuses NUL, mailers refuse the rest."""
    return "".join(sign for sign in text if sign.isprintable() or sign == "\n")
