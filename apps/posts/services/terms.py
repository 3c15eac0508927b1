"""What a post offers, when, and for how much: read once by each process for each edition of the post (ADR 19)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from apps.posts.models import Closure, OpeningRule, Post, Service, Tariff
from apps.posts.public_holidays import Names
from apps.posts.workdays import Closed, Workdays


@dataclass(frozen=True, slots=True)
class Terms:
    """As one edition of the post has them. All requests of a process share them: nobody changes anything in them."""

    services: Mapping[str, Service]
    """By their code, open or not."""
    tariffs: tuple[Tariff, ...]
    workdays: Workdays


def terms_of(*, post: Post) -> Terms:
    """Those of its edition, without a query; for an edition that is new to the process the latest, with five."""
    edition, terms = _known.get(post.pk, (None, None))
    if terms is None or edition != post.edition:
        # as it is now: the instance may have been read, or changed, at another time than what follows
        post = Post.objects.get(pk=post.pk)
        terms = _read(post)
        _known[post.pk] = (post.edition, terms)
    return terms


_known: dict[str, tuple[UUID, Terms]] = {}


def _read(post: Post) -> Terms:
    """Not by the relations of the instance: what was prefetched there may be a part."""
    return Terms(
        services={service.code: service for service in Service.objects.filter(post=post)},
        tariffs=tuple(Tariff.objects.filter(post=post)),
        workdays=calendar_of(post, OpeningRule.objects.filter(post=post), Closure.objects.filter(post=post)),
    )


def calendar_of(post: Post, rules: Iterable[OpeningRule], closures: Iterable[Closure]) -> Workdays:
    """The calendar of one post, to ask many things of it."""
    return Workdays(
        country=post.country,
        subdivision=post.subdivision,
        weekdays=frozenset(rule.weekday - 1 for rule in rules),
        closures=tuple(
            Closed(closure.starts_on, closure.ends_on, Names(closure.reason_zh, closure.reason_en))
            for closure in closures
        ),
    )
