from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.kernel.models import Record
from apps.payments.models.payments import Payment
from apps.payments.models.quotes import in_words
from apps.payments.models.refunds import Refund
from apps.posts.models import Post


class ReceiptSeries(models.Model):
    """The last number a post has given in a year. Its row is locked until the money itself is committed."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="+", editable=False)
    year = models.PositiveSmallIntegerField(editable=False)
    last = models.PositiveIntegerField(editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "year"], name="one_series_per_post_and_year")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.year} {self.last}"


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def handled_by(self, officer: User) -> Self:
        return self.filter(post__in=Post.objects.of_officer(officer))


class Receipt(Record):
    """What was paid, or as a credit note what went back: numbered without gaps per post and year of the post.

    The database refuses every later change: a receipt is made void by a credit note, which has a number of its own.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name=_("post"), editable=False)
    year = models.PositiveSmallIntegerField(_("year"), editable=False)
    number = models.PositiveIntegerField(_("number"), editable=False)
    payment = models.ForeignKey(
        Payment, models.PROTECT, related_name="receipts", verbose_name=_("payment"), editable=False
    )
    refund = models.OneToOneField(
        Refund, models.PROTECT, related_name="credit_note", null=True, verbose_name=_("refund"), editable=False
    )
    amount_minor = models.BigIntegerField(_("amount"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    issued_at = models.DateTimeField(_("issued"), editable=False)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="a_receipt_has_an_amount"),
            models.UniqueConstraint(fields=["post", "year", "number"], name="one_receipt_per_number"),
            models.UniqueConstraint(fields=["payment"], condition=Q(refund=None), name="a_payment_is_receipted_once"),
        ]

    def __str__(self) -> str:
        return self.number_text

    @property
    def number_text(self) -> str:
        """``PAR-2026-000017``."""
        return f"{self.post_id}-{self.year}-{self.number:06d}"

    @property
    def amount_text(self) -> str:
        return in_words(self.amount_minor, self.currency)
