"""The posts, calendars and fees an installation begins with, from ``seeds/<code>.toml``.

Seeded fees were reviewed with the release that brings them: they are approved as they are sown, and name nobody. Only
whoever owns the tables can add such a line.
"""

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from apps.posts.models import Closure, District, OpeningRule, Post, Service, Tariff
from apps.posts.public_holidays import weekend_of

SEEDS = Path(__file__).parent.parent / "seeds"

DEMONSTRATION = {
    "legal_basis_zh": "演示数值：该馆未公布此项费用",
    "legal_basis_en": "Demonstration value: no published fee of this post is known",
}
PUBLISHED = {
    "legal_basis_zh": "《护照法》第二十二条；该馆公布的收费标准",
    "legal_basis_en": "Passport Law art. 22; fees published by the post",
}


def seed(*, at: datetime) -> list[Post]:
    """Make every seeded post that is not there yet; answers those it made.

    A post that exists is left as its staff have it: nothing is changed, added or brought back.
    """
    made = (_make(tomllib.loads(path.read_text("utf-8")), at) for path in sorted(SEEDS.glob("*.toml")))
    return [post for post in made if post]


@transaction.atomic
def _make(facts: dict[str, Any], at: datetime) -> Post | None:
    about = facts["post"]
    post, is_new = Post.objects.get_or_create(code=about["code"], defaults=about)
    if not is_new:
        return None
    District.objects.bulk_create(District(post=post, **district) for district in facts.get("districts", []))
    OpeningRule.objects.bulk_create(
        OpeningRule(post=post, weekday=weekday, **hours)
        for hours in facts["hours"]
        for weekday in _weekdays(hours, post.country)
    )
    Closure.objects.bulk_create(_closure(post, closure, post.today(at)) for closure in facts.get("closures", []))
    Service.objects.bulk_create(Service(post=post, **service) for service in facts["services"])
    Tariff.objects.bulk_create(line for lines in facts["tariffs"] for line in _tariffs(post, lines, at))
    return post


def _weekdays(hours: dict[str, Any], country: str) -> list[int]:
    """The days a rule names, or the working week of the host country (ISO weekdays)."""
    week = [day + 1 for day in range(7) if day not in weekend_of(country)]
    return [int(day) for day in hours.pop("weekdays", week)]


def _closure(post: Post, facts: dict[str, Any], today: date) -> Closure:
    """Seeded closures lie ahead of whenever the seed is sown, so that there is one to see."""
    starts_on = today + timedelta(days=facts.pop("in_days"))
    ends_on = starts_on + timedelta(days=facts.pop("for_days") - 1)
    return Closure(post=post, starts_on=starts_on, ends_on=ends_on, **facts)


def _tariffs(post: Post, facts: dict[str, Any], at: datetime) -> list[Tariff]:
    """One line for each service it is valid for."""
    basis = DEMONSTRATION if facts.pop("demonstration", False) else PUBLISHED
    services = facts.pop("services")
    given = {"post": post, "currency": post.currency, "approved_at": at} | basis | facts
    return [Tariff(service=service, **given) for service in services]
