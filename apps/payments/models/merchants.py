from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.payments.statuses import Channel
from apps.posts.models import Post


class Profile(models.TextChoices):
    """Which product of a company the contract is for."""

    DOMESTIC = "domestic", _("Domestic")
    CROSS_BORDER = "cross_border", _("Cross-border")


class MerchantQuerySet(models.QuerySet["Merchant"]):
    def approved(self) -> Self:
        return self.exclude(approved_at=None)

    def serving(self, post: Post, *, currency: str, at: datetime) -> Self:
        """Whoever takes this currency for this post now: those of the post itself before those of every post."""
        mine = self.approved().filter(Q(post=post) | Q(post=None), currency__in=["", currency])
        open_now = mine.filter(Q(active_to=None) | Q(active_to__gt=at), active_from__lte=at)
        return open_now.order_by("provider", F("post").asc(nulls_last=True), "-currency", "code")

    def handled_by(self, officer: User) -> Self:
        return self.filter(Q(post__in=Post.objects.of_officer(officer)) | Q(post=None))


class Merchant(models.Model):
    """A contract with a payment company. ``code`` names the folder of its keys and the address of its notices.

    Proposed by one person and good once another approved it; one that the operator's command made names nobody. Of an
    approved one nothing changes but its end. ``failures`` and ``rests_until`` are its circuit: how many calls in a row
    got no answer, and until when nobody calls.
    """

    code = models.SlugField(
        _("code"), max_length=40, unique=True, help_text=_("Lower-case letters, digits and dashes.")
    )
    provider = models.CharField(_("payment company"), max_length=32)
    profile = models.CharField(_("profile"), max_length=16, choices=Profile, default=Profile.DOMESTIC)
    post = models.ForeignKey(
        Post,
        models.PROTECT,
        related_name="merchants",
        null=True,
        blank=True,
        verbose_name=_("post"),
        help_text=_("Empty: every post."),
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True, help_text=_("Empty: every currency."))
    merchant_id = models.CharField(_("number at the company"), max_length=64)
    app_id = models.CharField(_("app at the company"), max_length=64, blank=True)
    channels = ArrayField(models.CharField(max_length=8, choices=Channel), verbose_name=_("ways to pay"))
    active_from = models.DateTimeField(_("from"))
    active_to = models.DateTimeField(_("until"), null=True, blank=True)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("proposed by")
    )
    approved_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    failures = models.PositiveIntegerField(_("silences in a row"), default=0, editable=False)
    rests_until = models.DateTimeField(_("not called until"), null=True, editable=False)

    objects = MerchantQuerySet.as_manager()

    class Meta:
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")
        ordering = ["code"]
        permissions = [("approve_merchant", _("Can approve merchants that others proposed"))]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex="^[a-z0-9][a-z0-9-]*$"), name="a_merchant_is_a_folder"),
            models.CheckConstraint(condition=Q(currency__regex="^([A-Z]{3})?$"), name="a_merchant_takes_a_currency"),
            models.CheckConstraint(
                condition=Q(active_to=None) | Q(active_to__gte=F("active_from")), name="a_merchant_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by=None, proposed_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False) & ~Q(approved_by=F("proposed_by")),
                name="a_merchant_is_approved_by_a_second_person",
            ),
            ExclusionConstraint(
                name="one_merchant_of_a_company_per_post_currency_and_time",
                expressions=[
                    ("provider", RangeOperators.EQUAL),
                    (Coalesce("post", models.Value("")), RangeOperators.EQUAL),
                    ("currency", RangeOperators.EQUAL),
                    (Func("active_from", "active_to", function="tstzrange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(approved_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def account(self) -> str:
        """Its account in the ledger: what the company has received and not yet paid out."""
        return f"clearing:{self.code}"

    def rests(self, *, at: datetime) -> bool:
        """Whether it has been silent so often that it is left alone for now."""
        return self.rests_until is not None and at < self.rests_until
