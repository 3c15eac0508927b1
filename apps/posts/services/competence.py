"""Which post serves a person at an address (rule R4)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.posts.models import District, Policy, Post, PostKind

HOTLINE = "+86-10-12308"
"""Consular protection, day and night (rule R80): the way out where no post is competent."""

_ABBREVIATION = re.compile(r"[A-Z]{2,3}")


class MatchedBy(models.TextChoices):
    """Why a post is competent."""

    DISTRICT = "district", _("The address lies in its consular district.")
    DEFAULT = "default", _("No district of another post is named in the address; the embassy serves the rest.")
    COUNTRY = "country", _("It serves the whole country.")
    ANY = "any", _("It serves people from anywhere.")


@dataclass(frozen=True, slots=True)
class Match:
    """A competent post, and why; ``keyword`` is what in the address decided, or empty."""

    post: Post
    matched_by: MatchedBy
    keyword: str = ""


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """An area that an address names; the greatest is the one it most likely means."""

    precedence: int
    nearness: int
    keyword: str


def competent(*, country: str, address: str) -> list[Post]:
    """The posts that may take the case of someone there, best first; empty where China has none.

    ``country`` is an ISO 3166-1 alpha-2 code, ``address`` free text in Chinese or Latin letters.
    """
    return [match.post for match in matches(country=country, address=address, posts=Post.objects.all())]


def matches(*, country: str, address: str, posts: models.QuerySet[Post]) -> list[Match]:
    """As ``competent``, with the reasons. ``posts`` brings along whatever the caller will show. Two queries."""
    serving = _serving(country, posts)
    of = {policy: [post for post in serving if post.policy == policy] for policy in Policy}
    strict = of[Policy.STRICT_DISTRICT]
    found = _by_district(strict, country, address)
    found += [Match(post, MatchedBy.COUNTRY) for post in of[Policy.COUNTRY]]
    if not found:
        found = [Match(post, MatchedBy.DEFAULT) for post in strict if post.kind == PostKind.EMBASSY]
    return found + [Match(post, MatchedBy.ANY) for post in of[Policy.ANY]]


def _serving(country: str, posts: models.QuerySet[Post]) -> list[Post]:
    """Open posts that serve the country: those inside it first, and embassies before consulates."""
    there = Post.objects.open().serving(country).values("pk")
    found = posts.filter(pk__in=there).prefetch_related("districts")
    return sorted(found, key=lambda post: (post.country != country, post.kind != PostKind.EMBASSY, post.code))


def _by_district(posts: Iterable[Post], country: str, address: str) -> list[Match]:
    """The posts whose areas the address names, the likeliest first."""
    plain = _without_accents(address)
    named = [(max(places), post) for post in posts if (places := list(_named(post, country, plain)))]
    named.sort(key=lambda pair: pair[0], reverse=True)
    return [Match(post, MatchedBy.DISTRICT, place.keyword) for place, post in named]


def _named(post: Post, country: str, plain: str) -> Iterator[_Place]:
    for district in post.districts.all():
        if district.country == country:
            yield from _named_in(district, plain)


def _named_in(district: District, plain: str) -> Iterator[_Place]:
    """A district without keywords is the whole country, so every address lies in it."""
    if not district.keywords:
        yield _Place(district.precedence, len(plain), "")
    for keyword in district.keywords:
        positions = [found.start() for found in _pattern(keyword).finditer(plain)]
        if positions:
            # "Ontario Street, Vancouver" ends with where it is; a Chinese address begins with it.
            nearness = positions[-1] if keyword.isascii() else len(plain) - positions[0]
            yield _Place(district.precedence, nearness, keyword)


def _pattern(keyword: str) -> re.Pattern[str]:
    """Whole words of Latin letters, anywhere in Chinese. ``ON`` is a province, ``on`` is not."""
    plain = _without_accents(keyword)
    before = r"(?<![A-Za-z0-9])" if plain[:1].isascii() else ""
    after = r"(?![A-Za-z0-9])" if plain[-1:].isascii() else ""
    letters = 0 if _ABBREVIATION.fullmatch(plain) else re.IGNORECASE
    return re.compile(before + re.escape(plain) + after, letters)


def _without_accents(text: str) -> str:
    """``Québec`` as most people type it. For comparing only: names are never stored like this."""
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(letter for letter in apart if not unicodedata.combining(letter)))
