"""Notices get lost: ask about every payment whose end is not known, ever less often, until it is known."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from apps.kernel.errors import DomainError
from apps.payments.models import LAST_ANSWERS, Payment
from apps.payments.providers.base import Notice, providers
from apps.payments.services.settling import apply
from apps.payments.services.steps import give_up, locked, step
from apps.payments.statuses import LIVE, Cause, Status

GAPS = tuple(timedelta(seconds=seconds) for seconds in (15, 15, 30, 60, 180, 300, 1200))
"""From one question to the next: at 15 s, 30 s, 1, 2, 5, 10 and 30 minutes."""
HOURLY_UNTIL = timedelta(hours=2)
"""After the payment's time; from then on daily."""
AT_ONCE = 100

log = logging.getLogger(__name__)


def poll(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Ask about what is due; answers how many were taken. A provider that does not answer is left alone this time."""
    silent: set[str] = set()
    for taken in range(limit):
        payment = _take(at=at, without=silent)
        if payment is None:
            return taken
        try:
            _check(payment, at)
        except DomainError as error:
            silent.add(payment.provider)
            log.warning("cannot_ask", extra={"provider": payment.provider, "why": error.code})
    return limit


def learn(*, payment: Payment) -> Notice | None:
    """Ask the provider; an unpaid order that we no longer want is closed, and asked about again.

    Call outside a transaction. Raises ``Unavailable`` and ``Conflict`` as providers do, and ``Unknown`` when the
    provider is switched off.
    """
    provider = providers[payment.provider]
    said = provider.ask(payment)
    if said and said.status is Status.AWAITING_PAYER and payment.status not in LIVE:
        provider.close(payment)
        said = provider.ask(payment)
    return said


@transaction.atomic
def conclude(*, payment: Payment, said: Notice | None, at: datetime) -> None:
    """Believe what ``learn`` found. An order that we gave up and the provider never had is closed."""
    if said:
        apply(provider=payment.provider, notice=said, at=at, cause=Cause.QUERY)
        return
    payment = locked(payment)
    if payment.status == Status.CLOSING:
        step(payment=payment, move="close", cause=Cause.QUERY, at=at, ask_at=None)


@transaction.atomic
def expire(*, payment: Payment, at: datetime) -> None:
    """Give up a payment whose time is over; the provider still decides whether it was paid."""
    payment = locked(payment)
    if payment.status in LIVE and payment.is_overdue(at=at):
        give_up(payment=payment, cause=Cause.TIMER, at=at)


def _check(payment: Payment, at: datetime) -> None:
    if payment.status in LIVE and payment.is_overdue(at=at):
        expire(payment=payment, at=at)
        return
    conclude(payment=payment, said=learn(payment=payment), at=at)


@transaction.atomic
def _take(*, at: datetime, without: set[str]) -> Payment | None:
    """The payment that has waited longest, with its next question already noted: a crash repeats nothing at once."""
    due = Payment.objects.to_ask_about(at=at).exclude(provider__in=without)
    payment = due.select_for_update(skip_locked=True).first()
    if payment:
        next_at = _next_question(payment, at)
        Payment.objects.filter(pk=payment.pk).update(ask_at=next_at, asked=F("asked") + 1)
    return payment


def _next_question(payment: Payment, at: datetime) -> datetime:
    """By the gaps while they last, and in any case when the payment's time is over."""
    over_at = payment.expires_at + LAST_ANSWERS
    if payment.asked + 1 < len(GAPS):
        next_at = at + GAPS[payment.asked + 1]
    else:
        next_at = at + (timedelta(hours=1) if at < over_at + HOURLY_UNTIL else timedelta(days=1))
    return min(next_at, over_at) if at < over_at else next_at
