"""Giving back what was promised: ask the company under the refund's own number until it says what became of it."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.audit.services import record
from apps.kernel.errors import Conflict, DomainError, Forbidden, Unavailable
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.outbox.services import publish
from apps.payments.events import RefundSettled, RefundSighted
from apps.payments.models import Merchant, Payment, Refund
from apps.payments.providers.base import RefundNotice, providers
from apps.payments.services import booking
from apps.payments.services.circuit import through
from apps.payments.services.mismatch import Mismatch, whose
from apps.payments.services.receipts import credit_note_for
from apps.payments.services.refunds import APPROVE, adopt
from apps.payments.services.steps import locked, locked_refund, step_refund
from apps.payments.statuses import DEAD, Cause, Reason, RefundStatus, Source, Status

HOUR = timedelta(hours=1)
GAPS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 240))
"""From one question about a refund to the next; the last one for ever."""
WAITS = {"not_enough": timedelta(minutes=30), "rate_limited": timedelta(minutes=10)}
MOVES = {
    RefundStatus.ACCEPTED: "accept",
    RefundStatus.SUCCEEDED: "succeed",
    RefundStatus.ABNORMAL: "strand",
    RefundStatus.CLOSED: "close",
}


def give_back(*, refund: Refund, at: datetime) -> RefundNotice | None:
    """Ask the company for it, or how it stands. Outside a transaction; ``conclude_refund`` then believes the answer.

    A refund whose call may have got lost is asked about first. Raises ``Unavailable``; a refusal is noted as trouble.
    """
    begun = begin(refund=refund, at=at)
    if begun is None:
        return None
    provider, merchant = providers[begun.payment.provider], begun.payment.merchant
    try:
        with through(merchant, at=at):
            said = provider.ask_refund(begun.payment, begun.number) if begun.asked > 1 else None
            return said or provider.refund(begun)
    except Unavailable:
        raise
    except DomainError as refused:
        note_trouble(refund=begun, why=refused.code, at=at)
        return None


@transaction.atomic
def begin(*, refund: Refund, at: datetime) -> Refund | None:
    """Mark it as asked for, with the next question noted, before anybody is asked; nothing when nobody may be."""
    refund = locked_refund(refund)
    if refund.status not in {RefundStatus.APPROVED, RefundStatus.SUBMITTED, RefundStatus.ACCEPTED}:
        return None
    if refund.status == RefundStatus.APPROVED:
        if why := _obstacle(refund, at):
            note_trouble(refund=refund, why=why, at=at)
            return None
        step_refund(refund=refund, move="submit", cause=Cause.TIMER, at=at, submitted_at=at)
    refund.ask_at = at + GAPS[min(refund.asked, len(GAPS) - 1)]
    refund.asked += 1
    refund.save(update_fields=["ask_at", "asked"])
    return refund


@transaction.atomic
def note_trouble(*, refund: Refund, why: str, at: datetime) -> None:
    """Why it waits. What no waiting mends (``too_late``) is asked for no more: a person decides."""
    wait = None if why == "too_late" else at + WAITS.get(why, HOUR)
    if refund.trouble != why:
        subject = f"payment:{refund.payment.reference}"
        record(actor=SYSTEM, action="refund_in_trouble", subject=subject, at=at, number=refund.number, why=why)
    Refund.objects.filter(pk=refund.pk).update(trouble=why[:32], ask_at=wait)


@transaction.atomic
def settle_refund(
    *, merchant: Merchant, said: RefundNotice, at: datetime, cause: Cause = Cause.NOTICE
) -> Refund | None:
    """Believe what a company said about a refund, ours or begun there; twice is once.

    Nothing when it has to be asked first. Raises ``Unknown`` for a payment that is not this merchant's, ``Mismatch``.
    """
    payment = locked(Payment.objects.of_merchant(merchant, said.reference))
    if differs := whose(payment, said):
        raise Mismatch(code=differs)
    refund = payment.refunds.select_for_update().filter(number=said.number).first()
    if said.status is RefundStatus.SUBMITTED or (refund is None and said.amount_minor is None):
        publish(RefundSighted(payment=str(payment.pk), number=said.number))
        return refund
    if refund is None:
        refund = _adopted(payment, said, at)
    refund.payment = payment
    _check(refund, said)
    if refund.status not in {said.status, RefundStatus.SUCCEEDED}:
        _move(refund, said, cause, at)
    return refund


@transaction.atomic
def transfer(*, refund: Refund, officer: User, at: datetime) -> Refund:
    """The post's bank paid what the company could not. Needs the right to approve, and another person than asked.

    Raises ``Forbidden`` and ``IllegalMove``.
    """
    refund = locked_refund(refund)
    if not officer.has_perm(APPROVE) or refund.requested_by_id == officer.pk:
        raise Forbidden
    if refund.status == RefundStatus.APPROVED and refund.trouble != "too_late":
        raise Conflict(_("The payment company has not been asked for this yet."), code="not_asked_yet")
    actor = Actor(By.OFFICER, officer)
    facts = {"done_at": at, "ask_at": None, "trouble": ""}
    step_refund(refund=refund, move="transfer", cause=Cause.OFFICER, at=at, actor=actor, **facts)
    booking.book_transfer(refund=refund, at=at)
    _gone(refund, at)
    record(actor=actor, action="refund_transferred", subject=f"payment:{refund.payment.reference}", at=at)
    return refund


def _obstacle(refund: Refund, at: datetime) -> str:
    payment = refund.payment
    captured_at = payment.captured_at
    if captured_at and at > captured_at + providers[payment.provider].refunds_within:
        return "too_late"
    if refund.source == Source.SYSTEM:
        sent = Refund.objects.by_rule_since(at - HOUR).filter(payment__merchant=payment.merchant)
        if sent.count() >= settings.REFUNDS_BY_RULE_AN_HOUR:
            return "rate_limited"
    return ""


def _adopted(payment: Payment, said: RefundNotice, at: datetime) -> Refund:
    if payment.status != Status.CAPTURED:
        raise Mismatch(code="refund_of_nothing")
    amount = said.amount_minor or 0
    if not 0 < amount <= payment.refundable_minor:
        raise Mismatch(code="more_goes_back_than_came")
    return adopt(payment=payment, number=said.number, amount_minor=amount, reason=Reason.CONSOLE, at=at)


def _check(refund: Refund, said: RefundNotice) -> None:
    if said.amount_minor is not None and said.amount_minor != refund.amount_minor:
        raise Mismatch(code="amount_differs")
    if said.currency != refund.currency:
        raise Mismatch(code="currency_differs")
    if refund.status in DEAD and said.status is RefundStatus.SUCCEEDED:
        raise Mismatch(code="refund_was_over")


def _move(refund: Refund, said: RefundNotice, cause: Cause, at: datetime) -> None:
    if refund.status in {RefundStatus.REQUESTED, RefundStatus.APPROVED, *DEAD}:
        raise Mismatch(code="refund_nobody_asked_for")
    if said.status is RefundStatus.ACCEPTED and refund.status != RefundStatus.SUBMITTED:
        return
    step_refund(refund=refund, move=MOVES[said.status], cause=cause, at=at, **_facts(refund, said))
    if said.status is RefundStatus.SUCCEEDED:
        booking.book_return(refund=refund, at=at)
        _gone(refund, at)
    elif said.status is RefundStatus.CLOSED:
        booking.book_failure(refund=refund, at=at)
        _release(refund)
    if said.status is not RefundStatus.ACCEPTED:
        _tell(refund, at)


def _facts(refund: Refund, said: RefundNotice) -> dict[str, Any]:
    facts: dict[str, Any] = {"provider_txn": said.provider_txn or refund.provider_txn, "trouble": ""}
    if said.paid:
        facts |= {"paid_minor": said.paid.amount_minor, "paid_currency": said.paid.currency}
    if said.status is not RefundStatus.ACCEPTED:
        facts |= {"ask_at": None}
    if said.status is RefundStatus.SUCCEEDED:
        facts |= {"done_at": said.at}
    return facts


def _gone(refund: Refund, at: datetime) -> None:
    amount = refund.amount_minor
    moved = {"refunding_minor": F("refunding_minor") - amount, "refunded_minor": F("refunded_minor") + amount}
    Payment.objects.filter(pk=refund.payment_id).update(**moved)
    if refund.payment.receipts.filter(refund=None).exists():
        credit_note_for(refund=refund, at=at)


def _release(refund: Refund) -> None:
    Payment.objects.filter(pk=refund.payment_id).update(refunding_minor=F("refunding_minor") - refund.amount_minor)


def _tell(refund: Refund, at: datetime) -> None:
    payment = refund.payment
    subject, number = f"payment:{payment.reference}", refund.number
    record(actor=SYSTEM, action=f"refund_{refund.status}", subject=subject, at=at, number=number)
    ids = {"refund": str(refund.pk), "payment": str(payment.pk)}
    publish(RefundSettled(**ids, payable=payment.payable, status=refund.status))
