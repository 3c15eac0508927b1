from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.cases.models import Case
from apps.cases.statuses import MADE, Status
from apps.kernel.errors import Conflict
from apps.kernel.workflow import Actor
from apps.payments import services as payments
from apps.payments.models import Payment, Quote
from apps.payments.statuses import Channel
from apps.posts.models import ApplicantClass, ChargePolicy


def quote(*, case: Case, at: datetime) -> Quote:
    """What the case costs by the tariff of its post, on the post's own date. Once shown it stays."""
    return payments.quote(
        payable=case.payable,
        post=case.post,
        service=case.service,
        components=case.procedure.components(case),
        applicant_class=applicant_class(case, on=case.post.today(at)),
        at=at,
    )


def applicant_class(case: Case, *, on: date) -> ApplicantClass:
    """By the age of whom it is for on that day (R6)."""
    return ApplicantClass.of(born_on=case.holder.born_on, on=on)


def is_fee_due(case: Case) -> bool:
    """By the charge policy the case was submitted under (R32), and not yet paid."""
    at_the_counter = case.status in MADE and case.charge_policy == ChargePolicy.ON_COLLECTION
    return (case.status == Status.PAYMENT_DUE or at_the_counter) and case.fee_settled_at is None


@transaction.atomic
def pay(*, case: Case, provider: str, actor: Actor, at: datetime, **how: Any) -> Payment:
    """Open a payment of what is due, ``how`` as ``open_payment`` takes it. Raises ``Conflict`` (``nothing_due``)."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    if not is_fee_due(case):
        raise Conflict(_("There is nothing to pay now."), code="nothing_due")
    shown = quote(case=case, at=at)
    return payments.open_payment(quote=shown, provider=provider, user=actor.user, at=at, **how)


def ways_to_pay(*, case: Case, at: datetime) -> dict[str, tuple[Channel, ...]]:
    """The companies by which the post of the case takes its fee now, and their channels."""
    return payments.ways(post=case.post, currency=quote(case=case, at=at).currency, at=at)
