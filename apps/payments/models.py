import secrets
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Scope, User
from apps.kernel.models import Record
from apps.payments.statuses import LIVE, NEXT, NEXT_LABELS, Cause, Next, Outcome, Reason, RefundStatus, Status
from apps.posts.models import ApplicantClass, Post, Waiver
from apps.posts.money import format_money

LAST_ANSWERS = timedelta(minutes=1)
"""The provider stops taking money at ``expires_at``; we give it this long to say so before we give up."""


def in_words(amount_minor: int, currency: str) -> str:
    """An amount as the person in front of it reads it."""
    return format_money(amount_minor, currency, get_language() or "en")


def new_reference() -> str:
    """96 random bits as 24 letters and digits: what the strictest gateway takes (6 to 32 characters)."""
    return secrets.token_hex(12)


class QuoteQuerySet(models.QuerySet["Quote"]):
    def honoured(self, *, at: datetime) -> Self:
        return self.filter(valid_until__gt=at)


class Quote(Record):
    """A price somebody has seen: it is charged even if the tariff changes tonight.

    The database refuses every later change, and every line that is not one of the tariff in force on ``priced_on``,
    the day it was at the post. ``service`` and ``components`` are what was asked for, ``lines`` what it costs:
    ``code``, ``quantity``, ``unit_minor``, ``amount_minor``, ``tariff`` (its id), and in both languages ``label_zh``,
    ``label_en``, ``legal_basis_zh``, ``legal_basis_en``. A waiver changes no line: ``waived_minor`` is not asked for.
    """

    payable = models.CharField(_("paid for"), max_length=64, editable=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("post"), editable=False)
    service = models.CharField(_("service"), max_length=32, editable=False)
    components = models.JSONField(_("components"), editable=False)
    applicant_class = models.CharField(
        _("for whom"),
        max_length=8,
        choices=ApplicantClass,
        default=ApplicantClass.ANY,
        db_default=ApplicantClass.ANY,
        editable=False,
    )
    priced_on = models.DateField(_("price of"), null=True, editable=False)
    """``None`` only of a quote that is older than this column."""
    lines = models.JSONField(_("lines"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    waiver = models.ForeignKey(
        Waiver, models.PROTECT, related_name="+", null=True, verbose_name=_("fee waiver"), editable=False
    )
    waived_minor = models.BigIntegerField(_("waived"), default=0, db_default=0, editable=False)
    total_minor = models.BigIntegerField(_("total"), editable=False)
    shown_at = models.DateTimeField(_("shown"), editable=False)
    valid_until = models.DateTimeField(_("valid until"), editable=False)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        constraints = [
            models.CheckConstraint(condition=models.Q(total_minor__gte=0), name="a_quote_is_not_negative"),
            models.CheckConstraint(condition=models.Q(currency__regex="^[A-Z]{3}$"), name="a_quote_is_in_a_currency"),
        ]
        indexes = [models.Index(fields=["payable", "-shown_at"], name="quotes_of_a_payable")]

    def __str__(self) -> str:
        return f"{self.payable} {self.total_text}"

    @property
    def needs_payment(self) -> bool:
        """A total of nothing needs no payment, and none can be opened."""
        return self.total_minor > 0

    @property
    def total_text(self) -> str:
        return in_words(self.total_minor, self.currency)


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

    def to_ask_about(self, *, at: datetime) -> Self:
        return self.filter(ask_at__lte=at).order_by("ask_at")


class Payment(Record):
    """One attempt at one provider. ``payments.services`` alone writes ``status``.

    The row, with its ``reference``, is committed before the provider hears of it. ``ask_at`` is when to ask the
    provider next; empty when there is nothing left to learn. ``is_surplus``: captured, but not needed by its payable.
    """

    quote = models.ForeignKey(Quote, models.PROTECT, related_name="payments", verbose_name=_("quote"), editable=False)
    payable = models.CharField(_("paid for"), max_length=64, editable=False)
    payer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("payer"), editable=False)
    provider = models.CharField(_("provider"), max_length=32, editable=False)
    reference = models.CharField(_("reference"), max_length=32, unique=True, default=new_reference, editable=False)
    amount_minor = models.BigIntegerField(_("amount"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.CREATED, editable=False
    )
    is_surplus = models.BooleanField(_("surplus"), default=False, editable=False)
    provider_txn = models.CharField(_("provider's transaction"), max_length=64, blank=True, editable=False)
    checkout_url = models.CharField(_("payment page"), max_length=500, blank=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), editable=False)
    captured_at = models.DateTimeField(_("paid at"), null=True, editable=False)
    ask_at = models.DateTimeField(_("next question"), null=True, editable=False)
    asked = models.PositiveIntegerField(_("questions asked"), default=0, editable=False)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="a_payment_has_an_amount"),
            models.CheckConstraint(condition=models.Q(currency__regex="^[A-Z]{3}$"), name="a_payment_is_in_a_currency"),
            models.CheckConstraint(
                condition=models.Q(reference__regex="^[0-9A-Za-z]{6,32}$"), name="a_reference_suits_every_gateway"
            ),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="a_payment_has_a_known_status"),
            models.CheckConstraint(
                condition=(models.Q(status=Status.CAPTURED, captured_at__isnull=False) & ~models.Q(provider_txn=""))
                | (~models.Q(status=Status.CAPTURED) & models.Q(captured_at=None, is_surplus=False)),
                name="captured_says_when_and_by_which_transaction",
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_txn"],
                condition=~models.Q(provider_txn=""),
                name="one_payment_per_transaction_of_a_provider",
            ),
            models.UniqueConstraint(
                fields=["payable"],
                condition=models.Q(status__in=LIVE),
                name="one_live_payment_per_payable",
            ),
            models.UniqueConstraint(
                fields=["payable"],
                condition=models.Q(status=Status.CAPTURED, is_surplus=False),
                name="one_payment_pays_for_a_payable",
            ),
        ]
        indexes = [
            models.Index(fields=["payable", "-created_at"], name="payments_of_a_payable"),
            models.Index(fields=["payer", "-created_at"], name="payments_of_a_payer"),
            models.Index(fields=["-created_at", "-id"], name="payments_newest_first"),
            models.Index(fields=["ask_at"], name="payments_to_ask_about", condition=models.Q(ask_at__isnull=False)),
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
    def page(self) -> str | None:
        """Where to pay, while that is possible."""
        return self.checkout_url if self.next is Next.PAY else None

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


class InboundNotice(models.Model):
    """What a provider sent, kept before it is acknowledged. A row exists only if its signature was the provider's."""

    provider = models.CharField(_("provider"), max_length=32)
    dedupe_key = models.CharField(max_length=64)
    reference = models.CharField(_("reference"), max_length=64, db_index=True)
    headers = models.JSONField(_("headers"))
    body = models.BinaryField(_("body"))
    received_at = models.DateTimeField(_("received"))
    processed_at = models.DateTimeField(_("processed"), null=True)
    outcome = models.CharField(_("outcome"), max_length=24, choices=Outcome.choices, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["provider", "dedupe_key"], name="a_notice_is_kept_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.dedupe_key}"


class RefundQuerySet(models.QuerySet["Refund"]):
    def handled_by(self, officer: User) -> Self:
        return self.filter(payment__quote__post__in=Post.objects.of_officer(officer))


class Refund(Record):
    """Money we hold and must give back: a named liability from the moment we know of it."""

    payment = models.OneToOneField(Payment, models.PROTECT, related_name="refund", verbose_name=_("payment"))
    amount_minor = models.BigIntegerField(_("amount"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason.choices, editable=False)
    status = models.CharField(
        _("status"), max_length=16, choices=RefundStatus.choices, default=RefundStatus.OWED, editable=False
    )
    owed_at = models.DateTimeField(_("owed since"), editable=False)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="a_refund_has_an_amount"),
        ]
        indexes = [models.Index(fields=["status", "-owed_at"], name="refunds_by_status")]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.amount_text}"

    @property
    def amount_text(self) -> str:
        return in_words(self.amount_minor, self.currency)
