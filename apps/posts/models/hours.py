from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, IntegerField, Q
from django.db.models.functions import Cast, Extract
from django.utils.translation import gettext_lazy as _

from apps.posts.models.post import Post


class Weekday(models.IntegerChoices):
    """ISO 8601: Monday is 1."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


def _seconds(field: str) -> Cast:
    """PostgreSQL has no range of times of day, but one of integers."""
    return Cast(Extract(F(field), "epoch"), IntegerField())


class OpeningRule(models.Model):
    """Open on that weekday from ``opens`` until just before ``closes``, on the clock of the post."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="opening_rules", verbose_name=_("post"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["post", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__in=Weekday.values), name="a_week_has_seven_days"),
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes")),
                name="a_post_opens_before_it_closes",
                violation_error_message=_("It must open before it closes."),
            ),
            ExclusionConstraint(
                name="opening_hours_never_overlap",
                expressions=[
                    (F("post"), RangeOperators.EQUAL),
                    (F("weekday"), RangeOperators.EQUAL),
                    (Func(_seconds("opens"), _seconds("closes"), function="int4range"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("These hours overlap others of the same day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"

    def clean(self) -> None:
        """Raises ``ValidationError`` for an end that PostgreSQL could make no range of."""
        if self.opens and self.closes and self.closes <= self.opens:
            raise ValidationError({"closes": _("It must open before it closes.")})


class ClosureQuerySet(models.QuerySet["Closure"]):
    def touching(self, start: date, end: date) -> Self:
        return self.filter(starts_on__lte=end, ends_on__gte=start)


class Closure(models.Model):
    """Days, both ends included, on which staff closed the post for a reason of its own."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="closures", verbose_name=_("post"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    reason_zh = models.CharField(_("reason in Chinese"), max_length=200)
    reason_en = models.CharField(_("reason in English"), max_length=200)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)

    objects = ClosureQuerySet.as_manager()

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["post", "starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")),
                name="a_closure_starts_before_it_ends",
                violation_error_message=_("The first day must not be after the last."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.starts_on}–{self.ends_on}"
