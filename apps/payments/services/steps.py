"""How a payment moves: under its locks, along the table, with a line of history."""

from datetime import datetime
from typing import Any

from django.db import connection

from apps.kernel.workflow import SYSTEM
from apps.outbox.services import publish
from apps.payments.events import PaymentGivenUp
from apps.payments.models import Payment
from apps.payments.statuses import Cause
from apps.payments.workflow import WORKFLOW


def hold(payable: str) -> None:
    """Until the transaction ends, nobody else quotes, opens or settles anything for this payable."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"payable:{payable}"])


def locked(payment: Payment) -> Payment:
    """The payment as it is now; payable first and row second, always, so that nobody waits in a circle."""
    hold(payment.payable)
    return Payment.objects.select_for_update().get(pk=payment.pk)


def step(*, payment: Payment, move: str, cause: Cause, at: datetime, **facts: Any) -> None:
    """Make one move of a locked payment and set ``facts`` with it. Raises ``IllegalMove``."""
    row = WORKFLOW.permit(move, status=payment.status, actor=SYSTEM, subject=payment)
    payment.history.create(source=payment.status, target=row.target, cause=cause, at=at)
    payment.status = row.target
    for name, value in facts.items():
        setattr(payment, name, value)
    payment.save(update_fields=["status", *facts])


def give_up(*, payment: Payment, cause: Cause, at: datetime) -> None:
    """We want this one no more. Whether it is closed or was paid just before, the provider will tell."""
    step(payment=payment, move="give_up", cause=cause, at=at)
    publish(PaymentGivenUp(payment=str(payment.pk)))
