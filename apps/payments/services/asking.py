"""Notices get lost: ask about every payment whose end is not known, ever less often, until it is known."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from apps.kernel.errors import DomainError
from apps.payments.models import LAST_ANSWERS, Payment, Refund
from apps.payments.providers.base import Notice, RefundNotice, providers
from apps.payments.services.circuit import through
from apps.payments.services.returning import give_back
from apps.payments.services.settling import apply
from apps.payments.services.steps import give_up, locked, step
from apps.payments.statuses import LIVE, Cause, Status

GAPS = tuple(timedelta(seconds=seconds) for seconds in (15, 15, 30, 60, 180, 300, 1200))
"""From one question to the next: at 15 s, 30 s, 1, 2, 5, 10 and 30 minutes."""
HOURLY_UNTIL = timedelta(hours=2)
"""After the payment's time; from then on daily."""
AT_ONCE = 100
RETRY = timedelta(minutes=1)
"""A refund whose question went wrong on the way."""

log = logging.getLogger(__name__)


def poll(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Ask about what is due; answers how many were taken. A provider that does not answer is left alone this time."""
    silent: set[int] = set()
    for taken in range(limit):
        payment = _take(at=at, without=silent)
        if payment is None:
            return taken
        try:
            _check(payment, at)
        except DomainError as error:
            silent.add(payment.merchant_id)
            log.warning("cannot_ask", extra={"merchant": payment.merchant.code, "why": error.code})
    return limit


def poll_refunds(*, at: datetime, limit: int = AT_ONCE) -> int:
    """Go on with the refunds that are due; answers how many were taken."""
    silent: set[int] = set()
    for taken in range(limit):
        refund = _take_refund(at=at, without=silent)
        if refund is None:
            return taken
        try:
            said = give_back(refund=refund, at=at)
        except DomainError as error:
            silent.add(refund.payment.merchant_id)
            log.warning("cannot_give_back", extra={"merchant": refund.payment.merchant.code, "why": error.code})
        else:
            conclude_refund(refund=refund, said=said, at=at)
    return limit


def learn(*, payment: Payment, at: datetime) -> Notice | None:
    """Ask the provider; an unpaid order that we no longer want is closed, and asked about again.

    Call outside a transaction. Raises ``Unavailable`` and ``Conflict`` as providers do, and ``Unknown`` when the
    provider is switched off.
    """
    provider = providers[payment.provider]
    with through(payment.merchant, at=at):
        said = provider.ask(payment)
        if said and said.status is Status.AWAITING_PAYER and payment.status not in LIVE:
            provider.close(payment)
            said = provider.ask(payment)
    return said


@transaction.atomic
def conclude(*, payment: Payment, said: Notice | None, at: datetime) -> None:
    """Believe what ``learn`` found. An order that we gave up and the provider never had is closed."""
    if said:
        apply(merchant=payment.merchant, said=said, at=at, cause=Cause.QUERY)
        return
    payment = locked(payment)
    if payment.status == Status.CLOSING:
        step(payment=payment, move="close", cause=Cause.QUERY, at=at, ask_at=None)


@transaction.atomic
def conclude_refund(*, refund: Refund, said: RefundNotice | None, at: datetime) -> None:
    """Believe what ``give_back`` found, or put it aside for a person."""
    if said:
        apply(merchant=refund.payment.merchant, said=said, at=at, cause=Cause.QUERY)


@transaction.atomic
def conclude_sighted(*, payment: Payment, said: RefundNotice | None, at: datetime) -> None:
    """Believe what a company answered about a refund that it had spoken of."""
    if said:
        apply(merchant=payment.merchant, said=said, at=at, cause=Cause.QUERY)


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
    conclude(payment=payment, said=learn(payment=payment, at=at), at=at)


@transaction.atomic
def _take(*, at: datetime, without: set[int]) -> Payment | None:
    """The payment that has waited longest, with its next question already noted: a crash repeats nothing at once."""
    due = Payment.objects.to_ask_about(at=at).exclude(merchant__in=without).select_related("merchant", "quote")
    payment = due.select_for_update(skip_locked=True, of=("self",)).first()
    if payment:
        next_at = _next_question(payment, at)
        Payment.objects.filter(pk=payment.pk).update(ask_at=next_at, asked=F("asked") + 1)
    return payment


@transaction.atomic
def _take_refund(*, at: datetime, without: set[int]) -> Refund | None:
    due = Refund.objects.to_ask_about(at=at).exclude(payment__merchant__in=without)
    refund = due.select_related("payment__merchant").select_for_update(skip_locked=True, of=("self",)).first()
    if refund:
        Refund.objects.filter(pk=refund.pk).update(ask_at=at + RETRY)
    return refund


def _next_question(payment: Payment, at: datetime) -> datetime:
    """By the gaps while they last, and in any case when the payment's time is over."""
    over_at = payment.expires_at + LAST_ANSWERS
    if payment.asked + 1 < len(GAPS):
        next_at = at + GAPS[payment.asked + 1]
    else:
        next_at = at + (timedelta(hours=1) if at < over_at + HOURLY_UNTIL else timedelta(days=1))
    return min(next_at, over_at) if at < over_at else next_at
