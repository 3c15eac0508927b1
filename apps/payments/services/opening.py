import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.audit.services import record
from apps.kernel.errors import Conflict, Fault, Invalid, Text
from apps.kernel.workflow import Actor, By
from apps.outbox.services import publish
from apps.payments import sealing
from apps.payments.events import PaymentGivenUp, PaymentOpened
from apps.payments.models import Merchant, Payment, Quote
from apps.payments.providers.base import Checkout, providers
from apps.payments.services.asking import GAPS
from apps.payments.services.steps import give_up, hold, locked, step
from apps.payments.statuses import UNANSWERED, Cause, Channel, Status
from apps.posts.models import Post

PAY_WITHIN = timedelta(minutes=30)


@transaction.atomic
def open_payment(
    *,
    quote: Quote,
    provider: str,
    user: User,
    at: datetime,
    channel: str = "",
    payer_facts: Mapping[str, str] | None = None,
) -> Payment:
    """Begin to pay: only rows, no call; an effect tells the provider once this commits.

    ``channel`` is by default the first that the post's contract has; ``payer_facts`` is what a channel needs to know of
    the payer's side (``openid``, ``ip``). Pressed twice, it answers with the payment already under way; another
    company, way, payer or price gives the earlier one up first. Raises ``Invalid`` (``unknown_provider``,
    ``unknown_channel``, ``openid_missing``) and ``Conflict`` (``nothing_due``, ``already_paid``, ``quote_expired``).
    """
    merchant = _merchant(quote, provider, at)
    way = _way(merchant, channel)
    facts_of_payer = dict(payer_facts or {})
    if way is Channel.JSAPI and not facts_of_payer.get("openid"):
        raise _wrong("/openid", "openid_missing", _("Inside WeChat, the payment needs to know who pays."))
    hold(quote.payable)
    _check_due(quote)
    live = Payment.objects.live().select_for_update().filter(payable=quote.payable).first()
    if live and _is_the_same(live, quote, merchant, way, user, at):
        return live
    if quote.valid_until <= at:
        raise Conflict(_("This price is no longer valid. Please look at the new one."), code="quote_expired")
    if live:
        give_up(payment=live, cause=Cause.API, at=at)
    facts = {"merchant": merchant, "provider": merchant.provider, "channel": way, "payer": user}
    return _create(quote, facts | {"sealed_payer": _sealed(facts_of_payer)}, at)


def ways(*, post: Post, currency: str, at: datetime) -> dict[str, tuple[Channel, ...]]:
    """The companies by which a post takes this currency now, and their channels, the best contract of each."""
    found: dict[str, tuple[Channel, ...]] = {}
    for merchant in Merchant.objects.serving(post, currency=currency, at=at):
        if merchant.provider in providers:
            found.setdefault(merchant.provider, _channels(merchant))
    return {provider: channels for provider, channels in found.items() if channels}


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
        step(payment=payment, move="offer", cause=Cause.API, at=at, **_shown(checkout))
    elif payment.status in {Status.CLOSING, Status.CLOSED}:
        publish(PaymentGivenUp(payment=str(payment.pk)))


@transaction.atomic
def doubt(*, payment: Payment, at: datetime) -> None:
    """No answer came: the provider may have the order or not."""
    payment = locked(payment)
    if payment.status == Status.CREATED:
        step(payment=payment, move="doubt", cause=Cause.API, at=at)


def _shown(checkout: Checkout) -> dict[str, Any]:
    parameters = None if checkout.parameters is None else dict(checkout.parameters)
    return {"checkout_url": checkout.url, "checkout_parameters": parameters}


def _merchant(quote: Quote, provider: str, at: datetime) -> Merchant:
    """The post's own contract before one of every post."""
    serving = Merchant.objects.serving(quote.post, currency=quote.currency, at=at)
    merchant = serving.filter(provider=provider).first() if provider in providers else None
    if merchant is None:
        raise _wrong("/provider", "unknown_provider", _("This payment method is not offered."))
    return merchant


def _way(merchant: Merchant, channel: str) -> Channel:
    offered = _channels(merchant)
    if not offered or (channel and channel not in offered):
        raise _wrong("/channel", "unknown_channel", _("This way to pay is not offered."))
    return Channel(channel) if channel else offered[0]


def _channels(merchant: Merchant) -> tuple[Channel, ...]:
    return tuple(channel for channel in providers[merchant.provider].channels if channel in merchant.channels)


def _wrong(pointer: str, code: str, detail: Text) -> Invalid:
    return Invalid(code=code, faults=(Fault(pointer, code, detail),))


def _sealed(payer: Mapping[str, str]) -> bytes | None:
    return sealing.seal(json.dumps(payer).encode()) if payer else None


def _check_due(quote: Quote) -> None:
    if not quote.needs_payment:
        raise Conflict(_("There is nothing to pay now."), code="nothing_due")
    if Payment.objects.paying(quote.payable).exists():
        raise Conflict(_("This is already paid."), code="already_paid")


def _is_the_same(live: Payment, quote: Quote, merchant: Merchant, way: Channel, user: User, at: datetime) -> bool:
    same = (live.quote_id, live.merchant_id, live.channel, live.payer_id) == (quote.pk, merchant.pk, way, user.pk)
    return same and at < live.expires_at


def _create(quote: Quote, facts: dict[str, Any], at: datetime) -> Payment:
    payment = Payment.objects.create(
        quote=quote,
        payable=quote.payable,
        amount_minor=quote.total_minor,
        currency=quote.currency,
        expires_at=at + PAY_WITHIN,
        ask_at=at + GAPS[0],
        **facts,
    )
    payment.history.create(target=payment.status, cause=Cause.API, at=at)
    subject, provider = f"payment:{payment.reference}", payment.provider
    actor = Actor(By.APPLICANT, payment.payer)
    record(actor=actor, action="payment_opened", subject=subject, at=at, provider=provider)
    publish(PaymentOpened(payment=str(payment.pk)))
    return payment
