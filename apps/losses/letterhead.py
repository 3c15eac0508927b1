"""Who writes a letter about a loss, and about whom; in both languages, whatever language is active."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from apps.accounts.models import Citizen
from apps.documents.letters import Both, Origin, Person
from apps.losses.models import MINISTRY, LossReport
from apps.posts.countries import country_names
from apps.posts.models import Post

BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Sender:
    """A post, or the ministry where China has none."""

    code: str
    name: Both
    city: Both
    zone: ZoneInfo

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def origin(self, *, issued_on: date, created_at: datetime) -> Origin:
        return Origin(
            sender=self.name, city=self.city, issued_on=issued_on, created_at=created_at, specimen=settings.SANDBOX
        )


THE_MINISTRY = Sender(
    MINISTRY,
    Both("中华人民共和国外交部", "Ministry of Foreign Affairs of the People’s Republic of China"),
    Both("北京", "Beijing"),
    BEIJING,
)


def sender_of(report: LossReport) -> Sender:
    post: Post | None = report.post
    if post is None:
        return THE_MINISTRY
    return Sender(post.pk, Both(post.name_zh, post.name_en), Both(post.city_zh, post.city_en), post.zone)


def person_of(citizen: Citizen) -> Person:
    return Person(name=citizen.name, surname=citizen.surname, given_names=citizen.given_names, born_on=citizen.born_on)


def country_of(report: LossReport) -> Both:
    code = str(report.country.code)
    return next((Both(zh, en) for known, zh, en in country_names() if known == code), Both(code, code))
