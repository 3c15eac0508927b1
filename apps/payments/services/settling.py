import logging
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.audit.services import record
from apps.kernel.errors import Unknown
from apps.kernel.workflow import SYSTEM
from apps.outbox.services import publish
from apps.payments.beijing import beijing_date
from apps.payments.events import PaymentSettled
from apps.payments.models import Difference, DifferenceKind, Merchant, Payment
from apps.payments.providers.base import Notice, RefundNotice, Word
from apps.payments.services import booking
from apps.payments.services.mismatch import Mismatch, difference
from apps.payments.services.receipts import receipt_for
from apps.payments.services.refunds import owe
from apps.payments.services.returning import settle_refund
from apps.payments.services.steps import give_up, locked, step
from apps.payments.statuses import OPEN, Cause, Outcome, Reason, Status

log = logging.getLogger(__name__)


@transaction.atomic
def settle(*, merchant: Merchant, notice: Notice, at: datetime, cause: Cause = Cause.NOTICE) -> Payment:
    """Believe what a company said, however we heard it; twice is once, and late is not too late.

    Raises ``Unknown`` for a reference that is not this merchant's and ``Mismatch`` when it contradicts the payment.
    """
    payment = locked(Payment.objects.of_merchant(merchant, notice.reference))
    if differs := difference(payment, notice):
        raise Mismatch(code=differs)
    if notice.status is Status.CAPTURED and payment.status != Status.CAPTURED:
        _capture(payment, notice, cause, at)
    if notice.status is Status.CLOSED and payment.status in OPEN:
        step(payment=payment, move="close", cause=cause, at=at, ask_at=None)
    return payment


def apply(*, merchant: Merchant, said: Word, at: datetime, cause: Cause) -> Outcome:
    """``settle`` or ``settle_refund``, with what cannot be believed put aside for a person: never paid, never lost."""
    try:
        if isinstance(said, RefundNotice):
            settle_refund(merchant=merchant, said=said, at=at, cause=cause)
        else:
            settle(merchant=merchant, notice=said, at=at, cause=cause)
    except Unknown:
        outcome, why = Outcome.UNKNOWN_REFERENCE, "unknown_reference"
    except Mismatch as error:
        outcome, why = Outcome.QUARANTINED, error.code
    else:
        return Outcome.SETTLED
    log.error("payment_quarantined", extra={"merchant": merchant.code, "reference": said.reference, "why": why})
    _put_aside(merchant, said, why, at)
    return outcome


def _put_aside(merchant: Merchant, said: Word, why: str, at: datetime) -> None:
    about = Payment.objects.filter(merchant=merchant, reference=said.reference).select_related("quote").first()
    facts: dict[str, Any] = {
        "merchant": merchant,
        "kind": DifferenceKind.QUARANTINED,
        "why": why,
        "day": beijing_date(at),
        "reference": said.reference,
        "number": said.number if isinstance(said, RefundNotice) else "",
    }
    more = {
        "post": about.quote.post if about else merchant.post,
        "currency": said.currency,
        "ours_minor": about.amount_minor if about else None,
        "theirs_minor": said.amount_minor,
        "found_at": at,
    }
    _found, is_new = Difference.objects.get_or_create(**facts, defaults=more)
    if is_new:
        record(
            actor=SYSTEM,
            action="payment_quarantined",
            subject=f"payment:{said.reference}",
            at=at,
            why=why,
            merchant=merchant.code,
            amount_minor=said.amount_minor,
            currency=said.currency,
        )


def _capture(payment: Payment, notice: Notice, cause: Cause, at: datetime) -> None:
    """The money is here. The first for its payable pays for it; any other is owed back."""
    facts: dict[str, Any] = {
        "provider_txn": notice.provider_txn,
        "captured_at": notice.at,
        "is_surplus": Payment.objects.paying(payment.payable).exists(),
        "ask_at": None,
    }
    if notice.paid:
        facts |= {"paid_minor": notice.paid.amount_minor, "paid_currency": notice.paid.currency}
    step(payment=payment, move="capture", cause=cause, at=at, **facts)
    booking.book_capture(payment=payment, at=at)
    record(actor=SYSTEM, action="payment_captured", subject=f"payment:{payment.reference}", at=at, cause=cause)
    if payment.is_surplus:
        owe(payment=payment, reason=Reason.SURPLUS, at=at)
        return
    receipt_for(payment=payment, at=at)
    publish(PaymentSettled(payment=str(payment.pk), payable=payment.payable, status=payment.status))
    for other in Payment.objects.live().select_for_update().filter(payable=payment.payable):
        give_up(payment=other, cause=cause, at=at)
