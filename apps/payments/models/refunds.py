from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.kernel.models import Record
from apps.payments.models.payments import Payment, new_reference
from apps.payments.models.quotes import in_words
from apps.payments.statuses import OWED, Cause, Reason, RefundStatus, Source
from apps.posts.models import Post


class RefundQuerySet(models.QuerySet["Refund"]):
    def handled_by(self, officer: User) -> Self:
        return self.filter(payment__quote__post__in=Post.objects.of_officer(officer))

    def owed(self) -> Self:
        return self.filter(status__in=OWED)

    def reserving(self) -> Self:
        """Promised or given back."""
        return self.filter(status__in=[*OWED, RefundStatus.SUCCEEDED])

    def waiting(self) -> Self:
        """For a second person."""
        return self.filter(status=RefundStatus.REQUESTED)

    def to_ask_about(self, *, at: datetime) -> Self:
        return self.filter(ask_at__lte=at).order_by("ask_at")

    def by_rule_since(self, at: datetime) -> Self:
        """Sent by a rule after ``at``: these are limited per hour."""
        return self.filter(source=Source.SYSTEM, submitted_at__gt=at)


class Refund(Record):
    """Money of a payment that goes back. ``payments.services`` alone writes ``status``.

    ``number`` is what the company knows it by, with every try. From its approval the payment reserves it, and it is a
    named liability until the company says what became of it. ``allocation`` is what it takes from which component of
    the quote, in minor units; empty for a surplus, which pays for nothing. ``alone_up_to_minor`` is what one person
    might decide when it was requested. ``trouble`` is why it waits, ``ask_at`` when to ask or try next.
    """

    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="refunds", verbose_name=_("payment"), editable=False
    )
    number = models.CharField(_("refund number"), max_length=64, default=new_reference, editable=False)
    source = models.CharField(_("wanted by"), max_length=8, choices=Source, editable=False)
    reason = models.CharField(_("reason"), max_length=16, choices=Reason, editable=False)
    note = models.CharField(_("note"), max_length=200, blank=True, editable=False)
    amount_minor = models.BigIntegerField(_("amount"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    allocation = models.JSONField(_("of which"), default=dict, editable=False)
    status = models.CharField(_("status"), max_length=16, choices=RefundStatus, editable=False)
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("requested by")
    )
    owed_at = models.DateTimeField(_("requested"), editable=False)
    alone_up_to_minor = models.BigIntegerField(_("decided alone up to"), default=0, editable=False)
    approved_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    submitted_at = models.DateTimeField(_("sent"), null=True, editable=False)
    done_at = models.DateTimeField(_("given back"), null=True, editable=False)
    provider_txn = models.CharField(_("provider's transaction"), max_length=64, blank=True, editable=False)
    paid_minor = models.BigIntegerField(_("received by the payer"), null=True, editable=False)
    paid_currency = models.CharField(max_length=3, blank=True, editable=False)
    trouble = models.CharField(_("trouble"), max_length=32, blank=True, editable=False)
    ask_at = models.DateTimeField(_("next question"), null=True, editable=False)
    asked = models.PositiveIntegerField(_("questions asked"), default=0, editable=False)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        permissions = [
            ("request_refund", _("Can request refunds")),
            ("approve_refund", _("Can approve refunds that others requested")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="a_refund_has_an_amount"),
            models.CheckConstraint(condition=Q(status__in=RefundStatus.values), name="a_refund_has_a_known_status"),
            models.CheckConstraint(
                condition=~Q(source=Source.OFFICER) | Q(requested_by__isnull=False), name="an_officer_has_a_name"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[RefundStatus.REQUESTED, RefundStatus.REJECTED]) | Q(approved_at__isnull=False),
                name="no_refund_moves_unapproved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | ~Q(approved_by=F("requested_by"))
                | Q(amount_minor__lte=F("alone_up_to_minor")),
                name="a_refund_has_two_people_behind_it",
            ),
            models.CheckConstraint(
                condition=~Q(source=Source.OFFICER) | Q(approved_at=None) | Q(approved_by__isnull=False),
                name="what_an_officer_wants_somebody_approves",
            ),
            models.CheckConstraint(
                condition=Q(status=RefundStatus.SUCCEEDED, done_at__isnull=False)
                | ~Q(status=RefundStatus.SUCCEEDED) & Q(done_at=None),
                name="given_back_says_when",
            ),
            models.UniqueConstraint(fields=["number"], name="one_refund_per_number"),
            models.UniqueConstraint(
                fields=["payment", "reason"],
                condition=Q(source=Source.SYSTEM),
                name="a_rule_refunds_a_payment_once",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-owed_at"], name="refunds_by_status"),
            models.Index(fields=["ask_at"], name="refunds_to_ask_about", condition=Q(ask_at__isnull=False)),
            models.Index(fields=["submitted_at"], name="refunds_by_rule", condition=Q(source=Source.SYSTEM)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.amount_text}"

    @property
    def amount_text(self) -> str:
        return in_words(self.amount_minor, self.currency)

    @property
    def state(self) -> RefundStatus:
        return RefundStatus(self.status)

    def needs_a_second_person(self) -> bool:
        return self.amount_minor > self.alone_up_to_minor


class RefundEvent(models.Model):
    """One step of a refund: its history, which the database refuses to edit."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="history")
    source = models.CharField(_("from"), max_length=16, choices=RefundStatus, blank=True)
    target = models.CharField(_("to"), max_length=16, choices=RefundStatus)
    cause = models.CharField(_("because of"), max_length=8, choices=Cause)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a refund")
        verbose_name_plural = _("history")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
