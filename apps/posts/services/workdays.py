"""The working days of a post, for deadlines and promises (rules R7 and R33)."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Invalid, Unknown
from apps.posts.models import Post, Service, Urgency
from apps.posts.public_holidays import Names
from apps.posts.workdays import Closed, DayOff, Workdays


def workdays_of(*, post: Post) -> Workdays:
    """The calendar of one post, to ask many things of it: two queries, or none where both are prefetched."""
    return Workdays(
        country=post.country,
        subdivision=post.subdivision,
        weekdays=frozenset(rule.weekday - 1 for rule in post.opening_rules.all()),
        closures=tuple(
            Closed(closure.starts_on, closure.ends_on, Names(closure.reason_zh, closure.reason_en))
            for closure in post.closures.all()
        ),
    )


def is_working_day(*, post: Post, day: date) -> bool:
    """Open by its rules, and no holiday of the host country or of China, and no closure."""
    return workdays_of(post=post).is_working(day)


def add_working_days(*, post: Post, start: date, days: int) -> date:
    """The working day that is ``days`` after ``start``, which itself does not count; see ``Workdays.add``."""
    return workdays_of(post=post).add(start, days)


def closures_between(*, post: Post, start: date, end: date) -> list[DayOff]:
    """Days from ``start`` to ``end`` inclusive that would be open but are not, each with a reason in both languages.

    A day that is off for two reasons comes twice.
    """
    return workdays_of(post=post).between(start, end)


def expected_on(*, post: Post, service: str, from_: datetime, urgency: str = Urgency.NORMAL) -> date:
    """The day by which the post means to be done with what was complete at ``from_`` (rule R33).

    Raises ``Unknown`` for a service the post does not have and ``Invalid`` for an urgency it does not offer.
    """
    offered = post.offers.get(service)
    if offered is None:
        raise Unknown(_("This post does not offer this service."), code="service_not_offered")
    return add_working_days(post=post, start=post.today(from_), days=target_days(service=offered, urgency=urgency))


def target_days(*, service: Service, urgency: str) -> int:
    """Working days the post gives itself. Raises ``Invalid`` for an urgency it does not offer."""
    days = {str(offered): number for offered, number in service.targets.items()}.get(urgency)
    if days is None:
        raise Invalid(_("This post does not offer this service that fast."), code="urgency_not_offered")
    return days
