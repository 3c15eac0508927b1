"""Quotes and payments of one embassy, and a provider that says what the test wants."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection
from django.db.models.functions import Now
from django.utils.timezone import now

from apps.accounts.models import User
from apps.kernel.errors import Conflict, Unauthenticated, Unavailable
from apps.outbox.models import Delivery
from apps.outbox.services import drain
from apps.payments import services
from apps.payments.models import Merchant, Payment, Quote, Refund
from apps.payments.providers.base import Bill, Checkout, NotEnough, Notice, NotReady, RefundNotice
from apps.payments.statuses import Channel, RefundStatus, Status
from apps.posts.models import Post
from tests.payments.merchants import make_merchant
from tests.posts.factories import make_post, make_tariff

AT = now().replace(microsecond=0)
"""Reactions go by the real clock, so this is now."""
QUEUES = ("payments", "default")

_turn = count(1)


def make_payer() -> User:
    return User.objects.create_user(email=f"payer-{next(_turn)}@sandbox.example")


def make_priced_post(code: str = "PAR", amount_minor: int = 1600, **facts: Any) -> Post:
    """A post with one tariff line: the document fee of a travel document."""
    post = Post.objects.filter(code=code).first()
    if post is None:
        post = make_post(code, weekdays=(), **facts)
        make_tariff(post, amount_minor=amount_minor)
    for provider in ("scripted", "other"):
        make_merchant(provider)
    return post


def make_quote(payable: str = "", *, post: Post | None = None, at: datetime = AT, **given: Any) -> Quote:
    asked = {"service": "TRAVEL_DOC", "components": ["base"]} | given
    return services.quote(payable=payable or f"thing:{next(_turn)}", post=post or make_priced_post(), at=at, **asked)


def make_payment(
    quote: Quote | None = None, *, payer: User | None = None, provider: str = "scripted", at: datetime = AT, **more: Any
) -> Payment:
    """A payment as the payer has just opened it; nobody has told the provider yet."""
    given = {"quote": quote or make_quote(at=at), "provider": provider, "user": payer or make_payer(), "at": at}
    return services.open_payment(**given | more)


def captured(payment: Payment, **other: Any) -> Notice:
    """What an honest provider says about a paid payment."""
    given = {
        "id": f"notice-{next(_turn)}",
        "reference": payment.reference,
        "status": Status.CAPTURED,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "provider_txn": f"txn-{payment.reference}",
        "at": AT + timedelta(minutes=1),
        "merchant_id": payment.merchant.merchant_id,
    }
    return Notice(**given | other)


def closed(payment: Payment, **other: Any) -> Notice:
    return captured(payment, status=Status.CLOSED, provider_txn="", **other)


def settle(payment: Payment, notice: Notice | None = None, at: datetime = AT + timedelta(minutes=2)) -> Payment:
    return services.settle(merchant=payment.merchant, notice=notice or captured(payment), at=at)


def given_back(refund: Refund, **other: Any) -> RefundNotice:
    """What an honest provider says about a refund that reached its payer."""
    given = {
        "id": f"notice-{next(_turn)}",
        "reference": refund.payment.reference,
        "number": refund.number,
        "status": RefundStatus.SUCCEEDED,
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
        "provider_txn": f"refund-{refund.number}",
        "at": AT + timedelta(minutes=5),
        "merchant_id": refund.payment.merchant.merchant_id,
    }
    return RefundNotice(**given | other)


def path(payment: Payment) -> list[str]:
    """Every status it has been in, by its history."""
    return [step.target for step in payment.history.all()]


def run_outbox(*, again: bool = False) -> None:
    """Do what is due; ``again`` does not wait for leases and delays to pass."""
    if again:
        Delivery.objects.open().update(due_at=Now())
    for queue in (*QUEUES, *QUEUES):
        drain(queue=queue)


@dataclass
class Scripted:
    """A provider in memory. ``silent`` makes it unreachable, ``outside`` notes calls made inside a transaction."""

    label: str = "Scripted"
    channels: tuple[Channel, ...] = (Channel.PAGE, Channel.QR, Channel.JSAPI)
    evidence: tuple[str, ...] = ("signature",)
    acknowledgement: tuple[int, bytes] = (200, b"heard")
    refunds_within: timedelta = timedelta(days=365)
    refunds: dict[str, RefundNotice] = field(default_factory=dict)
    gives: RefundStatus = RefundStatus.SUCCEEDED
    balance: int = 10**9
    orders: dict[str, Notice] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    silent: bool = False
    closes: bool = True
    inside_a_transaction: list[str] = field(default_factory=list)

    @contextmanager
    def called(self, name: str, payment: Payment) -> Iterator[None]:
        self.calls.append((name, payment.reference))
        if connection.in_atomic_block:
            self.inside_a_transaction.append(name)
        if self.silent:
            raise Unavailable
        yield

    def open(self, payment: Payment) -> Checkout:
        with self.called("open", payment):
            waiting = captured(payment, status=Status.AWAITING_PAYER, provider_txn="")
            self.orders.setdefault(payment.reference, waiting)
            return Checkout(f"https://pay.example/{payment.reference}")

    def ask(self, payment: Payment) -> Notice | None:
        with self.called("ask", payment):
            return self.orders.get(payment.reference)

    def close(self, payment: Payment) -> None:
        with self.called("close", payment):
            order = self.orders.get(payment.reference)
            if self.closes and order and order.status is Status.AWAITING_PAYER:
                self.orders[payment.reference] = closed(payment)

    def refund(self, refund: Refund) -> RefundNotice:
        with self.called("refund", refund.payment):
            if refund.amount_minor > self.balance:
                raise NotEnough
            given = sum(one.amount_minor for one in self.given(refund.payment.reference))
            if refund.number not in self.refunds and given + refund.amount_minor > refund.payment.amount_minor:
                raise Conflict(code="too_much")
            return self.refunds.setdefault(refund.number, given_back(refund, status=self.gives))

    def given(self, reference: str) -> list[RefundNotice]:
        """What it has given back of one payment."""
        known = self.refunds.values()
        return [one for one in known if one.reference == reference and one.status is RefundStatus.SUCCEEDED]

    def ask_refund(self, payment: Payment, number: str) -> RefundNotice | None:
        with self.called("ask_refund", payment):
            return self.refunds.get(number)

    def bill(self, merchant: Merchant, *, day: date) -> Bill:
        raise NotReady

    def pay(self, payment: Payment, **other: Any) -> None:
        """The payer was there: the provider knows, and nobody has told us."""
        self.orders[payment.reference] = captured(payment, **other)

    def read(self, merchant: Merchant, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Notice:
        """The body names a reference; the header proves it."""
        if headers.get("signature") != "good":
            raise Unauthenticated
        reference, _, notice_id = body.decode().partition(" ")
        return replace(self.orders[reference], id=notice_id or f"notice-{reference}")
