from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import Record
from apps.posts.models import ApplicantClass, Post, Waiver
from apps.posts.money import format_money


def in_words(amount_minor: int, currency: str) -> str:
    """An amount as the person in front of it reads it."""
    return format_money(amount_minor, currency, get_language() or "en")


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
