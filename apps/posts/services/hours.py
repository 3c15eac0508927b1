"""Whether a post is open at a moment, on its own clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from apps.kernel.errors import Unavailable
from apps.posts.models import OpeningRule, Post
from apps.posts.services.terms import calendar_of
from apps.posts.workdays import Workdays


@dataclass(frozen=True, slots=True)
class Opening:
    """``local_time`` is on the clock of the post; ``opens_at`` (UTC) is when it opens next, unless it never does."""

    is_open: bool
    local_time: datetime
    opens_at: datetime | None


def opening(*, post: Post, at: datetime) -> Opening:
    """Open or closed at that moment, and when it opens next after it."""
    local, rules = post.local(at), list(post.opening_rules.all())
    calendar = calendar_of(post, rules, post.closures.all())
    is_open = calendar.is_working(local.date()) and any(
        rule.opens <= local.time() < rule.closes for rule in _of_day(rules, local.date())
    )
    return Opening(is_open, local, _next_opening(post, calendar, rules, at))


def _next_opening(post: Post, calendar: Workdays, rules: list[OpeningRule], at: datetime) -> datetime | None:
    day = post.today(at)
    try:
        # Today may be over already, but the working day after it is not.
        days = [calendar.first(day), calendar.first(day + timedelta(days=1))]
    except Unavailable:
        return None
    openings = [
        datetime.combine(day, rule.opens, tzinfo=post.zone).astimezone(UTC)
        for day in days
        for rule in _of_day(rules, day)
    ]
    return min((moment for moment in openings if moment > at), default=None)


def _of_day(rules: list[OpeningRule], day: date) -> list[OpeningRule]:
    return [rule for rule in rules if rule.weekday == day.isoweekday()]
