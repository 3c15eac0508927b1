import json
import secrets
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Scope, User
from apps.kernel.errors import Unknown
from apps.kernel.models import Record
from apps.payments import sealing
from apps.payments.models.merchants import Merchant
from apps.payments.models.quotes import Quote, in_words
from apps.payments.statuses import LIVE, NEXT, NEXT_LABELS, Cause, Channel, Next, Status
from apps.posts.models import Post

LAST_ANSWERS = timedelta(minutes=1)
"""The provider stops taking money at ``expires_at``; we give it this long to say so before we give up."""


def new_reference() -> str:
    """96 random bits as 24 letters and digits: what the strictest gateway takes (6 to 32 characters)."""
    return secrets.token_hex(12)


class PaymentQuerySet(models.QuerySet["Payment"]):
    def of(self, user: User, scope: Scope = Scope.VIEW) -> Self:
        return self.filter(payer=user)

    def handled_by(self, officer: User) -> Self:
        return self.filter(quote__post__in=Post.objects.of_officer(officer))

    def live(self) -> Self:
        return self.filter(status__in=LIVE)

    def paying(self, payable: str) -> Self:
        """The payment that pays for it, if any: at most one."""
        return self.filter(payable=payable, status=Status.CAPTURED, is_surplus=False)

    def of_merchant(self, merchant: Merchant, reference: str) -> "Payment":
        """Raises ``Unknown`` unless the payment is this merchant's."""
        payment = self.filter(merchant=merchant, reference=reference).first()
        if payment is None:
            raise Unknown
        return payment

    def to_ask_about(self, *, at: datetime) -> Self:
        return self.filter(ask_at__lte=at).order_by("ask_at")


class Payment(Record):
    """One attempt at one provider. ``payments.services`` alone writes ``status``.

    The row, with its ``reference``, is committed before the provider hears of it. ``ask_at`` is when to ask the
    provider next; empty when there is nothing left to learn. ``is_surplus``: captured, but not needed by its payable.
    ``refunding_minor`` is reserved for refunds under way, ``refunded_minor`` went back. ``paid_minor`` is what left the
    payer's account, where that differs. ``sealed_payer`` is what the company wants to know of the payer's side while
    the order is made; nothing is left of it when the payment is over.
    """

    quote = models.ForeignKey(Quote, models.PROTECT, related_name="payments", verbose_name=_("quote"), editable=False)
    payable = models.CharField(_("paid for"), max_length=64, editable=False)
    payer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("payer"), editable=False)
    merchant = models.ForeignKey(
        Merchant, models.PROTECT, related_name="payments", verbose_name=_("merchant"), editable=False
    )
    provider = models.CharField(_("provider"), max_length=32, editable=False)
    channel = models.CharField(_("way to pay"), max_length=8, choices=Channel, default=Channel.PAGE, editable=False)
    reference = models.CharField(_("reference"), max_length=32, unique=True, default=new_reference, editable=False)
    amount_minor = models.BigIntegerField(_("amount"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.CREATED, editable=False
    )
    is_surplus = models.BooleanField(_("surplus"), default=False, editable=False)
    provider_txn = models.CharField(_("provider's transaction"), max_length=64, blank=True, editable=False)
    checkout_url = models.CharField(_("payment page"), max_length=500, blank=True, editable=False)
    checkout_parameters = models.JSONField(_("parameters of the checkout"), null=True, editable=False)
    sealed_payer = models.BinaryField(null=True, editable=False)
    paid_minor = models.BigIntegerField(_("left the payer's account"), null=True, editable=False)
    paid_currency = models.CharField(max_length=3, blank=True, editable=False)
    refunding_minor = models.BigIntegerField(_("being given back"), default=0, editable=False)
    refunded_minor = models.BigIntegerField(_("given back"), default=0, editable=False)
    expires_at = models.DateTimeField(_("expires"), editable=False)
    captured_at = models.DateTimeField(_("paid at"), null=True, editable=False)
    ask_at = models.DateTimeField(_("next question"), null=True, editable=False)
    asked = models.PositiveIntegerField(_("questions asked"), default=0, editable=False)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="a_payment_has_an_amount"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="a_payment_is_in_a_currency"),
            models.CheckConstraint(
                condition=Q(reference__regex="^[0-9A-Za-z]{6,32}$"), name="a_reference_suits_every_gateway"
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="a_payment_has_a_known_status"),
            models.CheckConstraint(
                condition=(Q(status=Status.CAPTURED, captured_at__isnull=False) & ~Q(provider_txn=""))
                | (~Q(status=Status.CAPTURED) & Q(captured_at=None, is_surplus=False)),
                name="captured_says_when_and_by_which_transaction",
            ),
            models.CheckConstraint(
                condition=Q(refunding_minor__gte=0)
                & Q(refunded_minor__gte=0)
                & Q(amount_minor__gte=F("refunding_minor") + F("refunded_minor"))
                & (Q(status=Status.CAPTURED) | Q(refunding_minor=0, refunded_minor=0)),
                name="no_more_goes_back_than_came",
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_txn"],
                condition=~Q(provider_txn=""),
                name="one_payment_per_transaction_of_a_provider",
            ),
            models.UniqueConstraint(
                fields=["payable"],
                condition=Q(status__in=LIVE),
                name="one_live_payment_per_payable",
            ),
            models.UniqueConstraint(
                fields=["payable"],
                condition=Q(status=Status.CAPTURED, is_surplus=False),
                name="one_payment_pays_for_a_payable",
            ),
        ]
        indexes = [
            models.Index(fields=["payable", "-created_at"], name="payments_of_a_payable"),
            models.Index(fields=["payer", "-created_at"], name="payments_of_a_payer"),
            models.Index(fields=["-created_at", "-id"], name="payments_newest_first"),
            models.Index(fields=["ask_at"], name="payments_to_ask_about", condition=Q(ask_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount_text(self) -> str:
        return in_words(self.amount_minor, self.currency)

    @property
    def state(self) -> Status:
        return Status(self.status)

    @property
    def next(self) -> Next:
        return NEXT[self.state]

    @property
    def next_label(self) -> str:
        return str(NEXT_LABELS[self.next])

    @property
    def refundable_minor(self) -> int:
        """What came and is neither given back nor promised to be."""
        came = self.amount_minor if self.state is Status.CAPTURED else 0
        return came - self.refunding_minor - self.refunded_minor

    @property
    def payer_facts(self) -> dict[str, Any]:
        """``openid``, ``ip``: what a channel needs to know of the payer's side."""
        return json.loads(sealing.unseal(bytes(self.sealed_payer))) if self.sealed_payer else {}

    @property
    def page(self) -> str | None:
        """Where to pay, while that is possible."""
        return self.checkout_url if self.next is Next.PAY else None

    @property
    def parameters(self) -> dict[str, str] | None:
        """What the company's SDK is given, while one can pay."""
        return self.checkout_parameters if self.next is Next.PAY else None

    def is_overdue(self, *, at: datetime) -> bool:
        """Past its time by more than a clock may be wrong or a last answer late."""
        return at >= self.expires_at + LAST_ANSWERS


class PaymentEvent(models.Model):
    """One step of a payment: its history, which the database refuses to edit."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="history")
    source = models.CharField(_("from"), max_length=16, choices=Status.choices, blank=True)
    target = models.CharField(_("to"), max_length=16, choices=Status.choices)
    cause = models.CharField(_("because of"), max_length=8, choices=Cause.choices)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("history")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
