"""The working days of a post, for deadlines and promises (rules R7 and R33)."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Invalid, Unknown
from apps.posts.models import Post, Service, Urgency
from apps.posts.services.terms import terms_of
from apps.posts.workdays import DayOff


def is_working_day(*, post: Post, day: date) -> bool:
    """Open by its rules, and no holiday of the host country or of China, and no closure."""
    return terms_of(post=post).workdays.is_working(day)


def add_working_days(*, post: Post, start: date, days: int) -> date:
    """The working day that is ``days`` after ``start``, which itself does not count; see ``Workdays.add``."""
    return terms_of(post=post).workdays.add(start, days)


def closures_between(*, post: Post, start: date, end: date) -> list[DayOff]:
    """Days from ``start`` to ``end`` inclusive that would be open but are not, each with a reason in both languages.

    A day that is off for two reasons comes twice.
    """
    return terms_of(post=post).workdays.between(start, end)


def expected_on(*, post: Post, service: str, from_: datetime, urgency: str = Urgency.NORMAL) -> date:
    """The day by which the post means to be done with what was complete at ``from_`` (rule R33).

    Raises ``Unknown`` for a service the post does not have and ``Invalid`` for an urgency it does not offer.
    """
    offered = terms_of(post=post).services.get(service)
    if offered is None:
        raise Unknown(_("This post does not offer this service."), code="service_not_offered")
    return add_working_days(post=post, start=post.today(from_), days=target_days(service=offered, urgency=urgency))


def target_days(*, service: Service, urgency: str) -> int:
    """Working days the post gives itself. Raises ``Invalid`` for an urgency it does not offer."""
    days = {str(offered): number for offered, number in service.targets.items()}.get(urgency)
    if days is None:
        raise Invalid(_("This post does not offer this service that fast."), code="urgency_not_offered")
    return days
