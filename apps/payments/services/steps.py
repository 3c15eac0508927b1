"""How a payment moves: under its locks, along the table, with a line of history."""

from datetime import datetime
from typing import Any

from django.db import connection

from apps.kernel.workflow import SYSTEM, Actor
from apps.outbox.services import publish
from apps.payments.events import PaymentGivenUp
from apps.payments.models import Payment, Refund
from apps.payments.statuses import Cause
from apps.payments.workflow import REFUNDS, WORKFLOW


def hold(payable: str) -> None:
    """Until the transaction ends, nobody else quotes, opens or settles anything for this payable."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"payable:{payable}"])


def locked(payment: Payment) -> Payment:
    """The payment as it is now; payable first and row second, always, so that nobody waits in a circle."""
    hold(payment.payable)
    return Payment.objects.select_for_update(of=("self",)).select_related("merchant", "quote__post").get(pk=payment.pk)


def step(*, payment: Payment, move: str, cause: Cause, at: datetime, **facts: Any) -> None:
    """Make one move of a locked payment and set ``facts`` with it. Raises ``IllegalMove``."""
    row = WORKFLOW.permit(move, status=payment.status, actor=SYSTEM, subject=payment)
    payment.history.create(source=payment.status, target=row.target, cause=cause, at=at)
    payment.status = row.target
    if not facts.get("ask_at", True):
        facts["sealed_payer"] = None
    for name, value in facts.items():
        setattr(payment, name, value)
    payment.save(update_fields=["status", *facts])


def locked_refund(refund: Refund) -> Refund:
    """The refund as it is now, beneath its payment, which is ``refund.payment``."""
    payment = locked(Payment.objects.only("pk", "payable").get(pk=refund.payment_id))
    refund = Refund.objects.select_for_update().get(pk=refund.pk)
    refund.payment = payment
    return refund


def step_refund(*, refund: Refund, move: str, cause: Cause, at: datetime, actor: Actor = SYSTEM, **facts: Any) -> None:
    """Make one move of a locked refund and set ``facts`` with it. Raises ``IllegalMove``."""
    row = REFUNDS.permit(move, status=refund.status, actor=actor, subject=refund)
    refund.history.create(source=refund.status, target=row.target, cause=cause, at=at)
    refund.status = row.target
    for name, value in facts.items():
        setattr(refund, name, value)
    refund.save(update_fields=["status", *facts])


def give_up(*, payment: Payment, cause: Cause, at: datetime) -> None:
    """We want this one no more. Whether it is closed or was paid just before, the provider will tell."""
    step(payment=payment, move="give_up", cause=cause, at=at)
    publish(PaymentGivenUp(payment=str(payment.pk)))
