"""Posts as tests want them: open Monday to Friday, nine to noon and two to five."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from apps.posts.models import ChargePolicy, Component, District, OpeningRule, Policy, Post, PostKind, Service, Tariff

WEEK = (1, 2, 3, 4, 5)


def make_post(code: str = "PAR", *, weekdays: tuple[int, ...] = WEEK, **facts: Any) -> Post:
    given = {
        "kind": PostKind.EMBASSY,
        "name_zh": "中国驻法国大使馆",
        "name_en": "Embassy of China in France",
        "country": "FR",
        "city_zh": "巴黎",
        "city_en": "Paris",
        "time_zone": "Europe/Paris",
        "currency": "EUR",
        "policy": Policy.COUNTRY,
        "charge_policy": ChargePolicy.ON_APPROVAL,
    }
    post = Post.objects.create(code=code, **given | facts)
    for weekday in weekdays:
        OpeningRule.objects.create(post=post, weekday=weekday, opens=time(9), closes=time(12))
        OpeningRule.objects.create(post=post, weekday=weekday, opens=time(14), closes=time(17))
    return post


def make_service(post: Post, code: str = "TRAVEL_DOC", **facts: Any) -> Service:
    return Service.objects.create(
        post=post, code=code, **{"normal_days": 4, "urgent_days": 3, "express_days": 2} | facts
    )


def make_tariff(post: Post, component: str = Component.BASE, amount_minor: int = 1600, **facts: Any) -> Tariff:
    given = {
        "service": "TRAVEL_DOC",
        "currency": post.currency,
        "active_from": date(2019, 7, 1),
        "legal_basis_zh": "《护照法》第二十二条",
        "legal_basis_en": "Passport Law art. 22",
    }
    return Tariff.objects.create(post=post, component=component, amount_minor=amount_minor, **given | facts)


def make_district(post: Post, country: str, *keywords: str, precedence: int = 1) -> District:
    return District.objects.create(post=post, country=country, keywords_en=list(keywords), precedence=precedence)


def local(zone: str, *when: int) -> datetime:
    """A moment by the clock of that zone."""
    return datetime(*when, tzinfo=ZoneInfo(zone))  # type: ignore[misc]
