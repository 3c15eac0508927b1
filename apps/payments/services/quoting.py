from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation

from apps.payments.models import Payment, Quote
from apps.payments.services.steps import hold
from apps.posts.models import Post
from apps.posts.services import Line, price

HONOURED_FOR = timedelta(hours=24)
"""A price that was shown is charged for this long, whatever the tariff does meanwhile."""


@transaction.atomic
def quote(*, payable: str, post: Post, service: str, components: list[str], on: date, at: datetime) -> Quote:
    """What it costs by the tariff of ``post`` on its day ``on``, as a row that nobody can change.

    What was shown for the same wish within a day is shown again; what was paid is shown for ever. Raises ``Invalid`` or
    ``Unmet`` (``no_tariff``) when the tariff has no price for it.
    """
    asked = {"payable": payable, "post": post, "service": service, "components": components}
    shown = _shown(asked, at=at)
    if shown is None:
        hold(payable)
        shown = _shown(asked, at=at) or _new(asked, on=on, at=at)
    return shown


def _shown(asked: dict[str, Any], *, at: datetime) -> Quote | None:
    paid = Payment.objects.paying(asked["payable"]).select_related("quote").first()
    if paid:
        return paid.quote
    return Quote.objects.honoured(at=at).filter(**asked).order_by("-shown_at").first()


def _new(asked: dict[str, Any], *, on: date, at: datetime) -> Quote:
    cost = price(post=asked["post"], service=asked["service"], components=asked["components"], on=on)
    return Quote.objects.create(
        **asked,
        lines=[_plain(line) for line in cost.lines],
        currency=cost.currency,
        total_minor=cost.total_minor,
        shown_at=at,
        valid_until=at + HONOURED_FOR,
    )


def _plain(line: Line) -> dict[str, Any]:
    return {
        "code": line.code,
        "quantity": line.quantity,
        "unit_minor": line.unit_minor,
        "amount_minor": line.amount_minor,
        "tariff": line.tariff_id,
        "label_zh": _spoken(line, "zh-hans"),
        "label_en": _spoken(line, "en"),
        "legal_basis_zh": line.legal_basis_zh,
        "legal_basis_en": line.legal_basis_en,
    }


def _spoken(line: Line, language: str) -> str:
    with translation.override(language):
        return str(line.label)
