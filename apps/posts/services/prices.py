"""What a service costs at a post on a day, line by line."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Invalid, Text, Unmet
from apps.posts.bilingual import said
from apps.posts.models import ApplicantClass, Component, Post, Tariff
from apps.posts.services.terms import terms_of

ONCE = (Component.BASE, Component.URGENT, Component.EXPRESS)
"""Charged once per set of documents, however often they are asked for (Passport Law art. 22)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One component. ``amount_minor`` is for all of ``quantity``; ``unit_minor`` for one."""

    code: str
    quantity: int
    unit_minor: int
    amount_minor: int
    tariff_id: int
    legal_basis_zh: str
    legal_basis_en: str

    @property
    def label(self) -> Text:
        return Component(self.code).label

    @property
    def legal_basis(self) -> str:
        return said(zh=self.legal_basis_zh, en=self.legal_basis_en)


@dataclass(frozen=True, slots=True)
class Price:
    """Integer minor units of ``currency`` (ISO 4217); ``total_minor`` is the sum of the lines."""

    currency: str
    lines: list[Line]
    total_minor: int


def price(
    *,
    post: Post,
    service: str,
    components: list[str],
    on: date,
    applicant_class: ApplicantClass = ApplicantClass.ANY,
) -> Price:
    """The price in force that day at the post; ``on`` is a day of its zone (``post.today(at)``).

    ``components`` are codes of ``Component``; a repeated ``copy`` is two copies, a repeated surcharge is one. Where a
    class of people has no line of its own, the one for everybody counts.
    Raises ``Invalid`` for codes that make no price and ``Unmet`` (``no_tariff``) when a line is missing, naming it.
    """
    wanted = _counted(components)
    held = [line for line in terms_of(post=post).tariffs if line.is_line_of(post, service, on)]
    return _sum(post, lines_for(held, applicant_class), wanted)


def lines_for(held: Iterable[Tariff], applicant_class: str) -> dict[str, Tariff]:
    """By component, out of the lines that hold for a service: those of that class before those for everybody."""
    ranked = {ApplicantClass.ANY.value: 0, applicant_class: 1}
    theirs = [line for line in held if line.applicant_class in ranked]
    return {line.component: line for line in sorted(theirs, key=lambda line: ranked[line.applicant_class])}


def _sum(post: Post, lines: dict[str, Tariff], wanted: dict[str, int]) -> Price:
    if missing := tuple(component for component in wanted if component not in lines):
        raise Unmet(_("The post has no fee for this on that day."), code="no_tariff", missing=missing)
    priced = [_line(lines[component], quantity) for component, quantity in wanted.items()]
    return Price(post.currency, priced, sum(line.amount_minor for line in priced))


def _counted(components: Iterable[str]) -> dict[str, int]:
    """How many of each, in the order people read them. Raises ``Invalid`` for what is no component."""
    count = Counter(components)
    if not count or set(count) - set(Component.values):
        raise Invalid(_("There is no such price component."), code="unknown_component")
    if Component.URGENT in count and Component.EXPRESS in count:
        raise Invalid(_("Urgent and express exclude each other."), code="two_urgencies")
    return {
        component.value: 1 if component in ONCE else count[component] for component in Component if component in count
    }


def _line(tariff: Tariff, quantity: int) -> Line:
    return Line(
        code=tariff.component,
        quantity=quantity,
        unit_minor=tariff.amount_minor,
        amount_minor=tariff.amount_minor * quantity,
        tariff_id=tariff.pk,
        legal_basis_zh=tariff.legal_basis_zh,
        legal_basis_en=tariff.legal_basis_en,
    )
