from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.audit.services import record
from apps.kernel.errors import Conflict, Fault, Invalid
from apps.kernel.workflow import Actor, By
from apps.outbox.services import publish
from apps.payments.events import PaymentGivenUp, PaymentOpened
from apps.payments.models import Payment, Quote
from apps.payments.providers.base import Checkout, providers
from apps.payments.services.asking import GAPS
from apps.payments.services.steps import give_up, hold, locked, step
from apps.payments.statuses import UNANSWERED, Cause, Status

PAY_WITHIN = timedelta(minutes=30)


@transaction.atomic
def open_payment(*, quote: Quote, provider: str, user: User, at: datetime) -> Payment:
    """Begin to pay: only rows, no call; an effect tells the provider once this commits.

    Pressed twice, it answers with the payment already under way. Another provider, payer or price gives the earlier
    one up first. Raises ``Invalid`` (``unknown_provider``) and ``Conflict`` (``nothing_due``, ``already_paid``,
    ``quote_expired``).
    """
    if provider not in providers:
        detail = _("This payment method is not offered.")
        raise Invalid(code="unknown_provider", faults=(Fault("/provider", "unknown_provider", detail),))
    hold(quote.payable)
    _check_due(quote)
    live = Payment.objects.live().select_for_update().filter(payable=quote.payable).first()
    if live and _is_the_same(live, quote, provider, user, at):
        return live
    if quote.valid_until <= at:
        raise Conflict(_("This price is no longer valid. Please look at the new one."), code="quote_expired")
    if live:
        give_up(payment=live, cause=Cause.API, at=at)
    return _create(quote, provider, user, at)


@transaction.atomic
def abandon(*, payable: str, at: datetime) -> None:
    """Nobody needs to pay for this any more: give up what is under way, if anything is."""
    hold(payable)
    for payment in Payment.objects.live().select_for_update().filter(payable=payable):
        give_up(payment=payment, cause=Cause.API, at=at)


@transaction.atomic
def offer(*, payment: Payment, checkout: Checkout, at: datetime) -> None:
    """The provider took the order: here is the page. If we gave up meanwhile, the order has to go again."""
    payment = locked(payment)
    if payment.status in UNANSWERED:
        step(payment=payment, move="offer", cause=Cause.API, at=at, checkout_url=checkout.url)
    elif payment.status in {Status.CLOSING, Status.CLOSED}:
        publish(PaymentGivenUp(payment=str(payment.pk)))


@transaction.atomic
def doubt(*, payment: Payment, at: datetime) -> None:
    """No answer came: the provider may have the order or not."""
    payment = locked(payment)
    if payment.status == Status.CREATED:
        step(payment=payment, move="doubt", cause=Cause.API, at=at)


def _check_due(quote: Quote) -> None:
    if not quote.needs_payment:
        raise Conflict(_("There is nothing to pay now."), code="nothing_due")
    if Payment.objects.paying(quote.payable).exists():
        raise Conflict(_("This is already paid."), code="already_paid")


def _is_the_same(live: Payment, quote: Quote, provider: str, user: User, at: datetime) -> bool:
    return (live.quote_id, live.provider, live.payer_id) == (quote.pk, provider, user.pk) and (at < live.expires_at)


def _create(quote: Quote, provider: str, user: User, at: datetime) -> Payment:
    payment = Payment.objects.create(
        quote=quote,
        payable=quote.payable,
        payer=user,
        provider=provider,
        amount_minor=quote.total_minor,
        currency=quote.currency,
        expires_at=at + PAY_WITHIN,
        ask_at=at + GAPS[0],
    )
    payment.history.create(target=payment.status, cause=Cause.API, at=at)
    subject = f"payment:{payment.reference}"
    record(actor=Actor(By.APPLICANT, user), action="payment_opened", subject=subject, at=at, provider=provider)
    publish(PaymentOpened(payment=str(payment.pk)))
    return payment
