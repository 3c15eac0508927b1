"""Who else is looking at a case right now."""

from datetime import datetime, timedelta

from apps.accounts.models import User
from apps.cases.models import Case, Presence

PRESENT_FOR = timedelta(seconds=45)
"""A page says every 15 seconds that it is still open."""


def look_at(*, case: Case, officer: User, at: datetime) -> list[User]:
    """Note that the officer has the case open; answers who else has, by name."""
    Presence.objects.update_or_create(case=case, officer=officer, defaults={"seen_at": at})
    others = Presence.objects.filter(case=case, seen_at__gt=at - PRESENT_FOR).exclude(officer=officer)
    return sorted((presence.officer for presence in others.select_related("officer")), key=User.get_username)


def forget(*, at: datetime) -> int:
    return Presence.objects.filter(seen_at__lt=at - timedelta(hours=1)).delete()[0]
