import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.audit.services import record
from apps.kernel.errors import Conflict, Unknown
from apps.kernel.workflow import SYSTEM
from apps.outbox.services import publish
from apps.payments.events import PaymentSettled
from apps.payments.models import Payment
from apps.payments.providers.base import Notice
from apps.payments.services.refunds import owe
from apps.payments.services.steps import give_up, locked, step
from apps.payments.statuses import OPEN, Cause, Outcome, Reason, Status

log = logging.getLogger(__name__)


class Mismatch(Conflict):
    """A provider's word contradicts the payment. ``code`` says in what; nothing was changed."""

    detail = _("The provider reports something else than was agreed.")


@transaction.atomic
def settle(*, provider: str, notice: Notice, at: datetime, cause: Cause = Cause.NOTICE) -> Payment:
    """Believe what a provider said, however we heard it; twice is once, and late is not too late.

    Raises ``Unknown`` for a reference that is not ours and ``Mismatch`` when amount, currency or transaction differ.
    """
    payment = Payment.objects.filter(provider=provider, reference=notice.reference).first()
    if payment is None:
        raise Unknown
    payment = locked(payment)
    if differs := _difference(payment, notice):
        raise Mismatch(code=differs)
    if notice.status is Status.CAPTURED and payment.status != Status.CAPTURED:
        _capture(payment, notice, cause, at)
    if notice.status is Status.CLOSED and payment.status in OPEN:
        step(payment=payment, move="close", cause=cause, at=at, ask_at=None)
    return payment


def apply(*, provider: str, notice: Notice, at: datetime, cause: Cause) -> Outcome:
    """``settle``, with what cannot be believed put aside for a person: alarmed, recorded, never paid."""
    try:
        settle(provider=provider, notice=notice, at=at, cause=cause)
    except Unknown:
        outcome, why = Outcome.UNKNOWN_REFERENCE, "unknown_reference"
    except Mismatch as error:
        outcome, why = Outcome.QUARANTINED, error.code
    else:
        return Outcome.SETTLED
    log.error("payment_quarantined", extra={"provider": provider, "reference": notice.reference, "why": why})
    record(
        actor=SYSTEM,
        action="payment_quarantined",
        subject=f"payment:{notice.reference}",
        at=at,
        why=why,
        provider=provider,
        amount_minor=notice.amount_minor,
        currency=notice.currency,
    )
    return outcome


def _difference(payment: Payment, notice: Notice) -> str:
    """In what the notice contradicts the payment; empty when in nothing."""
    if notice.amount_minor != payment.amount_minor:
        return "amount_differs"
    if notice.currency != payment.currency:
        return "currency_differs"
    return _other_transaction(payment, notice) if notice.status is Status.CAPTURED else ""


def _other_transaction(payment: Payment, notice: Notice) -> str:
    if not notice.provider_txn:
        return "transaction_missing"
    if payment.status == Status.CAPTURED and payment.provider_txn != notice.provider_txn:
        return "captured_by_two_transactions"
    others = Payment.objects.filter(provider=payment.provider, provider_txn=notice.provider_txn)
    return "transaction_of_another_payment" if others.exclude(pk=payment.pk).exists() else ""


def _capture(payment: Payment, notice: Notice, cause: Cause, at: datetime) -> None:
    """The money is here. The first for its payable pays for it; any other is owed back."""
    surplus = Payment.objects.paying(payment.payable).exists()
    step(
        payment=payment,
        move="capture",
        cause=cause,
        at=at,
        provider_txn=notice.provider_txn,
        captured_at=notice.at,
        is_surplus=surplus,
        ask_at=None,
    )
    record(actor=SYSTEM, action="payment_captured", subject=f"payment:{payment.reference}", at=at, cause=cause)
    if surplus:
        owe(payment=payment, reason=Reason.SURPLUS, at=at)
        return
    publish(PaymentSettled(payment=str(payment.pk), payable=payment.payable, status=payment.status))
    for other in Payment.objects.live().select_for_update().filter(payable=payment.payable):
        give_up(payment=other, cause=cause, at=at)
