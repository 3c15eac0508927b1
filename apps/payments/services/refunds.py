from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.audit.services import record
from apps.kernel.errors import Conflict
from apps.kernel.workflow import SYSTEM
from apps.outbox.services import publish
from apps.payments.events import RefundOwed
from apps.payments.models import Payment, Refund
from apps.payments.services.steps import locked
from apps.payments.statuses import Reason, Status


@transaction.atomic
def mark_unusable(*, payment: Payment, at: datetime) -> Refund:
    """The payable can no longer use this captured payment: it is owed back. Twice is once.

    Raises ``Conflict`` (``not_captured``) when there is no money to give back.
    """
    payment = locked(payment)
    if payment.status != Status.CAPTURED:
        raise Conflict(_("Nothing was charged, so nothing is owed back."), code="not_captured")
    owed = Refund.objects.filter(payment=payment).first()
    if owed:
        return owed
    payment.is_surplus = True
    payment.save(update_fields=["is_surplus"])
    return owe(payment=payment, reason=Reason.UNUSABLE, at=at)


def owe(*, payment: Payment, reason: Reason, at: datetime) -> Refund:
    """Write down, in the caller's transaction, that all of it goes back."""
    refund = Refund.objects.create(
        payment=payment,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        reason=reason,
        owed_at=at,
    )
    record(actor=SYSTEM, action="refund_owed", subject=f"payment:{payment.reference}", at=at, reason=reason)
    publish(RefundOwed(refund=str(refund.pk), payment=str(payment.pk), payable=payment.payable, reason=reason))
    return refund
