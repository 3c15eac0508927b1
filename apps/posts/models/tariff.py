from collections.abc import Collection
from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.ages import guardian_applies
from apps.accounts.models import User
from apps.kernel.errors import Text
from apps.posts.bilingual import said
from apps.posts.models.post import Post
from apps.posts.models.service import ServiceCode
from apps.posts.money import format_amount


class Component(models.TextChoices):
    """What a price is made of."""

    BASE = "base", _("Document fee")
    URGENT = "urgent", _("Urgent service")
    EXPRESS = "express", _("Express service")
    COPY = "copy", _("Extra copy")
    POSTAGE = "postage", _("Postage")
    ENDORSEMENT = "endorsement", _("Endorsement")


class ApplicantClass(models.TextChoices):
    """Whom a line is for. ``any`` holds for a class that has no line of its own."""

    ANY = "any", _("Everybody")
    ADULT = "adult", _("From 16 years on")
    MINOR = "minor", _("Under 16 years")

    @classmethod
    def of(cls, *, born_on: date, on: date) -> "ApplicantClass":
        """By the age at which the law tells applicants and passports apart (Passport Law art. 6 and 7, rule R6)."""
        return cls.MINOR if guardian_applies(born_on=born_on, on=on) else cls.ADULT


class TariffQuerySet(models.QuerySet["Tariff"]):
    def approved(self) -> Self:
        return self.exclude(approved_at=None)

    def waiting(self) -> Self:
        """Proposed, the line or its end, and not yet approved."""
        return self.filter(Q(approved_at=None) | Q(end_on__isnull=False, end_approved_by=None))

    def during(self, start: date, end: date) -> Self:
        """In force on at least one day from ``start`` to ``end`` inclusive."""
        return self.approved().filter(Q(active_to=None) | Q(active_to__gt=start), active_from__lte=end)

    def rivals(self, line: "Tariff") -> Self:
        """Approved lines for the same thing and people that hold on some day on which ``line`` would."""
        same = self.approved().filter(
            post=line.post_id,
            service=line.service,
            component=line.component,
            applicant_class=line.applicant_class,
        )
        over_by_then = Q(active_to__lte=line.active_from) | Q(active_to=F("active_from"))
        later = Q(active_from__gte=line.active_to) if line.active_to else Q(pk=line.pk)
        return same.exclude(pk=line.pk).exclude(over_by_then).exclude(later)


class Tariff(models.Model):
    """What one component of one service costs one class of people at one post, from a day on and until before another.

    A line is proposed by one person and holds only once a second one approved it; what came with the release was
    approved by whoever approved the release, and names nobody. The database refuses every later change but two: a
    proposal that is withdrawn, and an end (``end_on``), which two people decide as well. A line that ends on the day it
    begins was called off and never holds.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="tariffs", verbose_name=_("post"))
    service = models.CharField(_("service"), max_length=24, choices=ServiceCode)
    component = models.CharField(_("component"), max_length=12, choices=Component)
    applicant_class = models.CharField(
        _("for whom"),
        max_length=8,
        choices=ApplicantClass,
        default=ApplicantClass.ANY,
        db_default=ApplicantClass.ANY,
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(
        _("amount in the smallest unit"),
        validators=[MinValueValidator(0)],
        help_text=_("1600 for 16 euros; 1600 for 1600 yen."),
    )
    active_from = models.DateField(_("in force from"), help_text=_("In force from this day, 00:00 at the post."))
    active_to = models.DateField(_("in force until before"), null=True, blank=True)
    legal_basis_zh = models.CharField(_("legal basis in Chinese"), max_length=300)
    legal_basis_en = models.CharField(_("legal basis in English"), max_length=300)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("proposed by")
    )
    approved_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)
    end_on = models.DateField(_("proposed end"), null=True, editable=False)
    end_proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("end proposed by")
    )
    end_approved_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("end approved by")
    )

    objects = TariffQuerySet.as_manager()

    class Meta:
        verbose_name = _("tariff line")
        verbose_name_plural = _("tariff lines")
        ordering = ["post", "service", "component", "applicant_class", "-active_from"]
        permissions = [("approve_tariff", _("Can approve tariff lines that others proposed"))]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="a_fee_is_never_negative"),
            models.CheckConstraint(
                condition=Q(applicant_class__in=ApplicantClass.values), name="a_fee_is_for_a_known_class_of_people"
            ),
            models.CheckConstraint(
                condition=Q(active_to=None) | Q(active_from__lte=F("active_to")),
                name="a_tariff_does_not_end_before_it_begins",
                violation_error_message=_("It must begin before it ends."),
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None, proposed_by__isnull=False)
                | Q(approved_at__isnull=False, approved_by=None, proposed_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False, proposed_by__isnull=False)
                & ~Q(approved_by=F("proposed_by")),
                name="a_tariff_is_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(end_on=None, end_proposed_by=None, end_approved_by=None)
                | Q(end_on__isnull=False, end_proposed_by__isnull=False, end_approved_by=None)
                | Q(active_to__isnull=False, end_proposed_by__isnull=False, end_approved_by__isnull=False)
                & Q(end_on=F("active_to"))
                & ~Q(end_approved_by=F("end_proposed_by")),
                name="the_end_of_a_tariff_is_approved_by_a_second_person",
            ),
            ExclusionConstraint(
                name="approved_tariffs_never_overlap_in_time",
                expressions=[
                    (F("post"), RangeOperators.EQUAL),
                    (F("service"), RangeOperators.EQUAL),
                    (F("component"), RangeOperators.EQUAL),
                    (F("applicant_class"), RangeOperators.EQUAL),
                    (
                        Func(F("active_from"), F("active_to"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(approved_at__isnull=False),
                violation_error_message=_("Another line is in force at the same time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.service} {self.component} {self.currency} {self.price}"

    @property
    def legal_basis(self) -> str:
        return said(zh=self.legal_basis_zh, en=self.legal_basis_en)

    @property
    def price(self) -> str:
        return format_amount(self.amount_minor, self.currency)

    @property
    def rank(self) -> tuple[int, int]:
        """Its place on a bill."""
        return Component.values.index(self.component), ApplicantClass.values.index(self.applicant_class)

    @property
    def is_proposal(self) -> bool:
        return self.approved_at is None

    @property
    def end_is_proposed(self) -> bool:
        return self.end_on is not None and self.end_approved_by_id is None

    def is_line_of(self, post: Post, service: str, on: date) -> bool:
        """Whether it is a line of that service that day, in the currency the post takes."""
        return self.service == service and self.currency == post.currency and self.is_in_force(on)

    def is_in_force(self, today: date) -> bool:
        return not self.is_proposal and self.has_begun(today) and not self.is_over(today)

    def has_begun(self, today: date) -> bool:
        return self.active_from <= today

    def is_over(self, today: date) -> bool:
        return self.active_to is not None and self.active_to <= today

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """A form has no field for it, but whether a line may overlap others depends on its approval."""
        super().validate_constraints(exclude=set(exclude or ()) - {"approved_at"})

    def clean(self) -> None:
        """Raises ``ValidationError`` for the wrong money, or for an end that leaves no day."""
        wrong: dict[str, Text] = {}
        if self.post_id and self.currency != self.post.currency:
            wrong["currency"] = _("The post takes another currency.")
        if self.active_from and self.active_to and self.active_to <= self.active_from:
            wrong["active_to"] = _("It must begin before it ends.")
        if wrong:
            raise ValidationError(wrong)
