from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.payments.models.merchants import Merchant
from apps.posts.models import Post


class DifferenceKind(models.TextChoices):
    """In what a company and we disagree (payments.md 7.7)."""

    COMPANY_ONLY = "company_only", _("A payment that only the company knows")
    OURS_ONLY = "ours_only", _("A payment that only we know")
    AMOUNT = "amount", _("Another amount")
    CURRENCY = "currency", _("Another currency")
    STATUS = "status", _("Another state")
    DUPLICATE = "duplicate", _("Billed twice")
    FEE = "fee", _("Another fee than agreed")
    UNKNOWN_ORDER = "unknown_order", _("A number that is not ours")
    REFUND_COMPANY_ONLY = "refund_company_only", _("A refund that only the company knows")
    REFUND_OURS_ONLY = "refund_ours_only", _("A refund that only we know")
    DAY = "day", _("Billed on another day")
    FUND = "fund", _("The balance moved otherwise than the bill says")
    BILL = "bill", _("A bill that is missing or cannot be believed")
    QUARANTINED = "quarantined", _("A notice that contradicts the payment")


class DifferenceQuerySet(models.QuerySet["Difference"]):
    def handled_by(self, officer: User) -> Self:
        return self.filter(Q(post__in=Post.objects.of_officer(officer)) | Q(post=None))

    def open(self) -> Self:
        return self.filter(resolved_at=None)


class Difference(models.Model):
    """Something about money that is not explained yet. It stays, with how it was explained; no day closes over it.

    ``number`` is a refund's, ``ours_minor`` and ``theirs_minor`` what each side says, ``None`` where it says nothing.
    ``why`` is a code of the disagreement, ``resolution`` one of its explanation. ``post`` is empty while nobody knows
    whose money it is: then it is everybody's.
    """

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="+", verbose_name=_("merchant"), editable=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", null=True, verbose_name=_("post"), editable=False)
    kind = models.CharField(_("difference"), max_length=24, choices=DifferenceKind, editable=False)
    why = models.CharField(_("why"), max_length=40, blank=True, editable=False)
    day = models.DateField(_("day"), editable=False)
    reference = models.CharField(_("reference"), max_length=64, blank=True, editable=False)
    number = models.CharField(_("refund number"), max_length=64, blank=True, editable=False)
    currency = models.CharField(_("currency"), max_length=3, blank=True, editable=False)
    ours_minor = models.BigIntegerField(_("ours"), null=True, editable=False)
    theirs_minor = models.BigIntegerField(_("theirs"), null=True, editable=False)
    found_at = models.DateTimeField(_("found"), editable=False)
    resolved_at = models.DateTimeField(_("explained"), null=True, editable=False)
    resolved_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("explained by")
    )
    resolution = models.CharField(_("explanation"), max_length=40, blank=True, editable=False)
    note = models.CharField(_("note"), max_length=200, blank=True, editable=False)

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        permissions = [("resolve_difference", _("Can explain differences"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolution="") | Q(resolved_at__isnull=False) & ~Q(resolution=""),
                name="an_explanation_says_what_and_when",
            ),
            models.UniqueConstraint(
                fields=["merchant", "kind", "day", "reference", "number", "why"], name="a_difference_is_found_once"
            ),
        ]
        indexes = [
            models.Index(fields=["post", "-found_at"], name="differences_open", condition=Q(resolved_at=None)),
            models.Index(fields=["reference"], name="differences_of_a_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
