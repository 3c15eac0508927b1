"""Payment companies keep Beijing time, wherever a post is (no daylight saving since 1991)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


def beijing(moment: datetime) -> datetime:
    return moment.astimezone(BEIJING)


def beijing_date(moment: datetime) -> date:
    """The day on which a company's books have this moment."""
    return beijing(moment).date()
