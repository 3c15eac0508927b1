"""Posts as tests want them: open Monday to Friday, nine to noon and two to five, with a merchant at the sandbox."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Permission
from django.utils.timezone import now

from apps.accounts.models import User
from apps.posts import services
from apps.posts.models import (
    ApplicantClass,
    ChargePolicy,
    Component,
    District,
    Officer,
    OpeningRule,
    Policy,
    Post,
    PostKind,
    Service,
    Tariff,
    Waiver,
)
from tests.payments.merchants import make_merchant

WEEK = (1, 2, 3, 4, 5)
RELEASED = datetime(2019, 1, 1, tzinfo=UTC)
RIGHTS = ("add_tariff", "approve_tariff", "add_waiver", "approve_waiver")

_turn = count(1)


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
    make_merchant()
    for weekday in weekdays:
        OpeningRule.objects.create(post=post, weekday=weekday, opens=time(9), closes=time(12))
        OpeningRule.objects.create(post=post, weekday=weekday, opens=time(14), closes=time(17))
    return post


def make_service(post: Post, code: str = "TRAVEL_DOC", **facts: Any) -> Service:
    return Service.objects.create(
        post=post, code=code, **{"normal_days": 4, "urgent_days": 3, "express_days": 2} | facts
    )


def make_tariff(post: Post, component: str = Component.BASE, amount_minor: int = 1600, **facts: Any) -> Tariff:
    """A line that came with the release."""
    given = {
        "service": "TRAVEL_DOC",
        "currency": post.currency,
        "active_from": date(2019, 7, 1),
        "legal_basis_zh": "《护照法》第二十二条",
        "legal_basis_en": "Passport Law art. 22",
        "approved_at": RELEASED,
    }
    return Tariff.objects.create(post=post, component=component, amount_minor=amount_minor, **given | facts)


def make_colleague(post: Post, *rights: str) -> User:
    """An officer of the post who may propose and approve fees and waivers, or only what ``rights`` name."""
    user = User.objects.create(username=f"colleague-{next(_turn)}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights or RIGHTS))
    Officer.objects.create(user=user, post=post)
    return user


def propose(post: Post, component: str = Component.BASE, amount_minor: int = 1800, **facts: Any) -> Tariff:
    """Proposed by a colleague; ``at`` is when, and the line begins the day after unless it says otherwise."""
    at, officer = facts.pop("at", None) or now(), facts.pop("officer", None) or make_colleague(post)
    given = {
        "service": "TRAVEL_DOC",
        "currency": post.currency,
        "applicant_class": ApplicantClass.ANY,
        "active_from": post.today(at) + timedelta(days=1),
        "legal_basis_zh": "《护照法》第二十二条",
        "legal_basis_en": "Passport Law art. 22",
    }
    line = Tariff(post=post, component=component, amount_minor=amount_minor, **given | facts)
    return services.propose(line=line, officer=officer, at=at)


def change_fee(post: Post, component: str = Component.BASE, amount_minor: int = 1800, **facts: Any) -> Tariff:
    """Two colleagues agree on another fee, from the day after ``at``."""
    at = facts.setdefault("at", now())
    line = propose(post, component, amount_minor, **facts)
    return services.approve(line=line, end_on=None, officer=make_colleague(post), at=at)


def make_waiver(post: Post, payable: str, *, at: datetime | None = None) -> Waiver:
    """Requested by one colleague and approved by another."""
    asked = services.request_waiver(
        payable=payable, post=post, reason="hardship", officer=make_colleague(post), at=at or now()
    )
    return services.approve_waiver(waiver=asked, officer=make_colleague(post), at=at or now())


def make_district(post: Post, country: str, *keywords: str, precedence: int = 1) -> District:
    return District.objects.create(post=post, country=country, keywords_en=list(keywords), precedence=precedence)


def local(zone: str, *when: int) -> datetime:
    """A moment by the clock of that zone."""
    return datetime(*when, tzinfo=ZoneInfo(zone))  # type: ignore[misc]
