from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

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


class TariffQuerySet(models.QuerySet["Tariff"]):
    def during(self, start: date, end: date) -> Self:
        """In force on at least one day from ``start`` to ``end`` inclusive."""
        return self.filter(Q(active_to=None) | Q(active_to__gt=start), active_from__lte=end)


class Tariff(models.Model):
    """What one component of one service costs at one post, from a day on and until before another."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="tariffs", verbose_name=_("post"))
    service = models.CharField(_("service"), max_length=24, choices=ServiceCode)
    component = models.CharField(_("component"), max_length=12, choices=Component)
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

    objects = TariffQuerySet.as_manager()

    class Meta:
        verbose_name = _("tariff line")
        verbose_name_plural = _("tariff lines")
        ordering = ["post", "service", "component", "-active_from"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="a_fee_is_never_negative"),
            models.CheckConstraint(
                condition=Q(active_to=None) | Q(active_from__lt=F("active_to")),
                name="a_tariff_begins_before_it_ends",
                violation_error_message=_("It must begin before it ends."),
            ),
            ExclusionConstraint(
                name="tariffs_never_overlap_in_time",
                expressions=[
                    (F("post"), RangeOperators.EQUAL),
                    (F("service"), RangeOperators.EQUAL),
                    (F("component"), RangeOperators.EQUAL),
                    (
                        Func(F("active_from"), F("active_to"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
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
    def rank(self) -> int:
        """Its place on a bill."""
        return Component.values.index(self.component)

    def is_line_of(self, post: Post, service: str, on: date) -> bool:
        """Whether it is a line of that service that day, in the currency the post takes."""
        return self.service == service and self.currency == post.currency and self.is_in_force(on)

    def is_in_force(self, today: date) -> bool:
        return self.has_begun(today) and not self.is_over(today)

    def has_begun(self, today: date) -> bool:
        return self.active_from <= today

    def is_over(self, today: date) -> bool:
        return self.active_to is not None and self.active_to <= today

    def clean(self) -> None:
        """Raises ``ValidationError`` for the wrong money, or for an end that PostgreSQL could make no range of."""
        wrong: dict[str, Text] = {}
        if self.post_id and self.currency != self.post.currency:
            wrong["currency"] = _("The post takes another currency.")
        if self.active_from and self.active_to and self.active_to <= self.active_from:
            wrong["active_to"] = _("It must begin before it ends.")
        if wrong:
            raise ValidationError(wrong)
