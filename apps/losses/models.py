from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from apps.accounts.models import Citizen, Consent, User
from apps.kernel.models import Record
from apps.losses.statuses import LIVE, Status

SHORT = 6
"""Of shorter numbers nothing is shown."""


class LossReportQuerySet(models.QuerySet["LossReport"]):
    def of(self, user: User) -> Self:
        """Of the people the account may act for, whoever of them reported."""
        return self.filter(citizen__relations__user=user)

    def live(self) -> Self:
        return self.filter(status__in=LIVE)


class LossReport(Record):
    """A lost or stolen passport, out of use from the moment of the report (R20, R21)."""

    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="loss_reports", verbose_name=_("citizen"))
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("reported by"))
    passport_number = models.CharField(_("passport number"), max_length=9)
    passport_issued_by = models.CharField(_("issuing authority"), max_length=100)
    issued_on = models.DateField(_("date of issue"), null=True)
    lost_on = models.DateField(_("lost on"))
    place = models.CharField(_("place of the loss"), max_length=200)
    country = CountryField(verbose_name=_("country of the loss"))
    circumstances = models.TextField(_("circumstances"))
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.FROZEN, editable=False)
    consent = models.OneToOneField(Consent, models.PROTECT, related_name="+", verbose_name=_("consent"))
    device = models.CharField(_("device"), max_length=160)
    language = models.CharField(_("language"), max_length=8)

    objects = LossReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("loss report")
        verbose_name_plural = _("loss reports")
        constraints = [
            models.UniqueConstraint(
                fields=["passport_number", "citizen"],
                condition=Q(status__in=LIVE),
                name="one_live_report_per_passport_and_citizen",
            ),
            models.CheckConstraint(
                condition=Q(passport_number__regex=r"^[A-Z0-9]{1,9}$"), name="passport_numbers_as_icao_has_them"
            ),
            models.CheckConstraint(
                condition=Q(issued_on=None) | Q(lost_on__gte=models.F("issued_on")), name="issued_before_lost"
            ),
        ]
        indexes = [models.Index(fields=["citizen", "-created_at"], name="loss_reports_of_a_citizen")]

    def __str__(self) -> str:
        return f"{self.masked_number} {self.lost_on}"

    @property
    def masked_number(self) -> str:
        """For messages and lists, where the whole number is nobody's business."""
        number = self.passport_number
        if len(number) < SHORT:
            return "*" * len(number)
        return f"{number[0]}{'*' * (len(number) - 4)}{number[-3:]}"
