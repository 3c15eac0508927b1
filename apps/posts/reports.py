"""What people are told about a post: read across its tables, for a moment."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch

from apps.kernel.errors import Unavailable
from apps.posts import services
from apps.posts.models import Closure, Post, PostQuerySet, Service, Tariff, Urgency
from apps.posts.workdays import DayOff, Workdays

CLOSURES_AHEAD = timedelta(days=90)
"""How far ahead people are told of days off: past the 60 days for which appointments can be booked (rule R50)."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Target:
    """``expected_on`` is the promise for what is complete at the moment of the report; none if it never works."""

    urgency: Urgency
    working_days: int
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class Offer:
    """One service of a post: what it costs today and how long it takes."""

    service: Service
    fees: list[Tariff]
    targets: list[Target]


@dataclass(frozen=True, slots=True)
class Report:
    """A post at a moment: its clock, the days off ahead, what it offers, and why it was found, if it was."""

    post: Post
    opening: services.Opening
    days_off: list[DayOff]
    offers: list[Offer]
    match: services.Match | None = None
    hotline: str = services.HOTLINE


def describable(*, at: datetime) -> PostQuerySet:
    """Posts with all that ``describe`` reads: four more queries for any number of posts."""
    # Today differs from post to post by up to a day either way.
    earliest, latest = at.date() - DAY, at.date() + DAY
    return Post.objects.prefetch_related(
        "opening_rules",
        "services",
        Prefetch("closures", Closure.objects.touching(earliest, date.max)),
        Prefetch("tariffs", Tariff.objects.during(earliest, latest)),
    )


def describe(*, post: Post, at: datetime, match: services.Match | None = None) -> Report:
    """Queries nothing for a post out of ``describable``."""
    today, calendar = post.today(at), services.calendar_of(post, post.opening_rules.all(), post.closures.all())
    return Report(
        post=post,
        opening=services.opening(post=post, at=at),
        days_off=calendar.between(today, today + CLOSURES_AHEAD),
        offers=[_offer(post, service, calendar, today) for service in post.services.all()],
        match=match,
    )


def _offer(post: Post, service: Service, calendar: Workdays, today: date) -> Offer:
    fees = [line for line in post.tariffs.all() if line.is_line_of(post, service.code, today)]
    targets = [Target(urgency, days, _expected(calendar, today, days)) for urgency, days in service.targets.items()]
    return Offer(service, sorted(fees, key=lambda line: line.rank), targets)


def _expected(calendar: Workdays, today: date, days: int) -> date | None:
    try:
        return calendar.add(today, days)
    except Unavailable:
        return None
