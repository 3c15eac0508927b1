"""Money that is to go back: by a rule at once, or wanted by one person and approved by another."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.audit.services import record
from apps.kernel.errors import Conflict, Forbidden, Invalid, Stale
from apps.kernel.workflow import SYSTEM, Actor, By
from apps.outbox.services import publish
from apps.payments.events import RefundApproved, RefundOwed
from apps.payments.models import Payment, Refund
from apps.payments.services import booking
from apps.payments.services.steps import locked, locked_refund, step_refund
from apps.payments.statuses import BY_OFFICER, Cause, Reason, RefundStatus, Source, Status

REQUEST, APPROVE = "payments.request_refund", "payments.approve_refund"


@transaction.atomic
def mark_unusable(*, payment: Payment, at: datetime) -> Refund:
    """The payable can no longer use this captured payment: what is left of it is owed back. Twice is once.

    Raises ``Conflict`` (``not_captured``, ``nothing_left``) when there is no money to give back.
    """
    payment = locked(payment)
    if payment.status != Status.CAPTURED:
        raise Conflict(_("Nothing was charged, so nothing is owed back."), code="not_captured")
    owed = payment.refunds.filter(source=Source.SYSTEM).first()
    if owed:
        return owed
    if not payment.refundable_minor:
        raise Conflict(_("All of it has gone back already."), code="nothing_left")
    booking.book_unusable(payment=payment, at=at)
    payment.is_surplus = True
    payment.save(update_fields=["is_surplus"])
    return owe(payment=payment, reason=Reason.UNUSABLE, at=at)


def owe(*, payment: Payment, reason: Reason, at: datetime) -> Refund:
    """In the caller's transaction: what is left of a surplus goes back. The rule is its approval."""
    refund = _create(
        payment, payment.refundable_minor, reason, Source.SYSTEM, RefundStatus.APPROVED, at, approved_at=at
    )
    _promise(refund, at)
    record(actor=SYSTEM, action="refund_owed", subject=f"payment:{payment.reference}", at=at, reason=reason)
    publish(RefundOwed(refund=str(refund.pk), payment=str(payment.pk), payable=payment.payable, reason=reason))
    return refund


@transaction.atomic
def request_refund(
    *, payment: Payment, amount_minor: int, available_minor: int, reason: str, note: str, officer: User, at: datetime
) -> Refund:
    """An officer wants some of it back with the payer; nothing is reserved before somebody approves.

    ``available_minor`` is what the officer saw as still refundable. Raises ``Forbidden``, ``Stale`` when that is not
    so any more, ``Invalid`` (``too_much``, ``unknown_reason``).
    """
    _check_right(officer, REQUEST)
    payment = locked(payment)
    if payment.refundable_minor != available_minor:
        raise Stale
    if not 0 < amount_minor <= available_minor:
        raise Invalid(_("This is more than is left of the payment."), code="too_much")
    if reason not in BY_OFFICER:
        raise Invalid(code="unknown_reason")
    alone = payment.quote.post.refund_alone_minor
    who = {"requested_by": officer, "note": note, "alone_up_to_minor": alone}
    refund = _create(payment, amount_minor, Reason(reason), Source.OFFICER, RefundStatus.REQUESTED, at, **who)
    _record("refund_requested", refund, officer, at)
    return refund


@transaction.atomic
def approve_refund(*, refund: Refund, officer: User, at: datetime) -> Refund:
    """The payment reserves it and the company is asked. One's own request only up to what one person may decide.

    Raises ``Forbidden``, ``IllegalMove``, ``Conflict`` (``too_much``) when less than that is left by now.
    """
    refund = locked_refund(refund)
    is_own = refund.requested_by_id == officer.pk
    if is_own and refund.needs_a_second_person():
        raise Forbidden(_("Somebody else has to approve what you requested."))
    _check_right(officer, REQUEST if is_own else APPROVE)
    if refund.amount_minor > refund.payment.refundable_minor:
        raise Conflict(_("This is more than is left of the payment."), code="too_much")
    actor = Actor(By.OFFICER, officer)
    facts = {"approved_by": officer, "approved_at": at, "allocation": _allocation(refund)}
    step_refund(refund=refund, move="approve", cause=Cause.OFFICER, at=at, actor=actor, **facts)
    _promise(refund, at)
    _record("refund_approved", refund, officer, at)
    return refund


@transaction.atomic
def reject_refund(*, refund: Refund, officer: User, at: datetime) -> Refund:
    """Whoever may approve, or whoever asked and thinks better of it. Raises ``Forbidden`` and ``IllegalMove``."""
    refund = locked_refund(refund)
    if refund.requested_by_id != officer.pk:
        _check_right(officer, APPROVE)
    step_refund(refund=refund, move="reject", cause=Cause.OFFICER, at=at, actor=Actor(By.OFFICER, officer))
    _record("refund_rejected", refund, officer, at)
    return refund


def adopt(*, payment: Payment, number: str, amount_minor: int, reason: Reason, at: datetime) -> Refund:
    """In the caller's transaction, payment locked: a refund that began at the company is one of ours from now on."""
    facts = {"number": number, "approved_at": at, "submitted_at": at}
    refund = _create(payment, amount_minor, reason, Source.COMPANY, RefundStatus.SUBMITTED, at, **facts)
    _reserve(refund)
    booking.book_approval(refund=refund, at=at)
    record(actor=SYSTEM, action="refund_adopted", subject=f"payment:{payment.reference}", at=at, number=number)
    return refund


def _create(
    payment: Payment,
    amount_minor: int,
    reason: Reason,
    source: Source,
    status: RefundStatus,
    at: datetime,
    **facts: Any,
) -> Refund:
    refund = Refund(
        payment=payment,
        amount_minor=amount_minor,
        currency=payment.currency,
        reason=reason,
        source=source,
        status=status,
        owed_at=at,
        **facts,
    )
    if status is not RefundStatus.REQUESTED:
        refund.allocation = _allocation(refund)
    refund.save(force_insert=True)
    cause = Cause.OFFICER if source is Source.OFFICER else Cause.TIMER if source is Source.SYSTEM else Cause.NOTICE
    refund.history.create(target=status, cause=cause, at=at)
    return refund


def _allocation(refund: Refund) -> dict[str, int]:
    """A surplus pays for nothing, so nothing of it is taken from a component."""
    if refund.payment.is_surplus:
        return {}
    return booking.allocate(payment=refund.payment, amount_minor=refund.amount_minor)


def _promise(refund: Refund, at: datetime) -> None:
    _reserve(refund)
    booking.book_approval(refund=refund, at=at)
    Refund.objects.filter(pk=refund.pk).update(ask_at=at)
    publish(RefundApproved(refund=str(refund.pk)))


def _reserve(refund: Refund) -> None:
    """The database refuses more than came. The row in memory keeps up, because its caller may write it again."""
    payment, amount = refund.payment, refund.amount_minor
    Payment.objects.filter(pk=payment.pk).update(refunding_minor=F("refunding_minor") + amount)
    payment.refunding_minor += amount


def _check_right(officer: User, right: str) -> None:
    if not officer.has_perm(right):
        raise Forbidden


def _record(action: str, refund: Refund, officer: User, at: datetime) -> None:
    record(
        actor=Actor(By.OFFICER, officer),
        action=action,
        subject=f"payment:{refund.payment.reference}",
        at=at,
        number=refund.number,
        amount_minor=refund.amount_minor,
        reason=refund.reason,
    )
