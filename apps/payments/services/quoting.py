from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation

from apps.payments.models import Payment, Quote
from apps.payments.services.steps import hold
from apps.posts.models import ApplicantClass, Post, Waiver
from apps.posts.services import Line, price

HONOURED_FOR = timedelta(hours=24)
"""A price that was shown is charged for this long, whatever the tariff does meanwhile."""


@transaction.atomic
def quote(
    *,
    payable: str,
    post: Post,
    service: str,
    components: list[str],
    at: datetime,
    applicant_class: ApplicantClass = ApplicantClass.ANY,
) -> Quote:
    """What it costs by the tariff of ``post`` on its own day, as a row that nobody can change.

    What was shown for the same wish within a day is shown again, unless it was waived since; what was paid is shown for
    ever. Raises ``Invalid`` or ``Unmet`` (``no_tariff``) when the tariff has no price for it.
    """
    waiver = Waiver.objects.approved().filter(payable=payable, post=post).first()
    asked = {"payable": payable, "post": post, "service": service, "components": components, "waiver": waiver}
    shown = _shown(asked, at=at)
    if shown is None:
        hold(payable)
        shown = _shown(asked, at=at) or _new(asked, applicant_class, at=at)
    return shown


def _shown(asked: dict[str, Any], *, at: datetime) -> Quote | None:
    paid = Payment.objects.paying(asked["payable"]).select_related("quote").first()
    if paid:
        return paid.quote
    return Quote.objects.honoured(at=at).filter(**asked).order_by("-shown_at").first()


def _new(asked: dict[str, Any], applicant_class: ApplicantClass, *, at: datetime) -> Quote:
    post, on = asked["post"], asked["post"].today(at)
    cost = price(
        post=post,
        service=asked["service"],
        components=asked["components"],
        on=on,
        applicant_class=applicant_class,
    )
    waived = cost.total_minor if asked["waiver"] else 0
    return Quote.objects.create(
        **asked,
        applicant_class=applicant_class,
        priced_on=on,
        lines=[_plain(line) for line in cost.lines],
        currency=cost.currency,
        waived_minor=waived,
        total_minor=cost.total_minor - waived,
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
