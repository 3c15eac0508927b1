from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Scope, User
from apps.cases.models import Case
from apps.losses.models import LossReport
from apps.travel_documents.routing import Reason, Stay


class TravelDocumentQuerySet(models.QuerySet["TravelDocument"]):
    def of(self, user: User, scope: Scope = Scope.VIEW) -> Self:
        return self.filter(case__in=Case.objects.of(user, scope))


class TravelDocument(models.Model):
    """What is asked only for an emergency travel document. Everything may be empty while it is a draft."""

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="travel_document")
    stay = models.CharField(_("stay"), max_length=12, choices=Stay.choices, blank=True)
    reason = models.CharField(_("what happened"), max_length=12, choices=Reason.choices, blank=True)
    urgent = models.BooleanField(_("cannot wait for a passport"), default=False)
    nationality_conflict = models.BooleanField(_("nationality conflict"), default=False)
    declares_nationality = models.BooleanField(_("declares Chinese nationality"), default=False)
    loss_report = models.ForeignKey(
        LossReport, models.PROTECT, null=True, related_name="+", verbose_name=_("loss report")
    )
    destination = models.CharField(_("destination in China"), max_length=60, blank=True)
    transit = models.JSONField(_("transit"), default=list)
    travel_on = models.DateField(_("travels on"), null=True)
    arrived_on = models.DateField(_("arrived on"), null=True)
    address = models.CharField(_("staying at"), max_length=200, blank=True)
    home_address = models.CharField(_("home address"), max_length=200, blank=True)
    employer = models.CharField(_("employer"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)

    objects = TravelDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("emergency travel document")
        verbose_name_plural = _("emergency travel documents")
        permissions = [("decide", _("Can decide on travel documents"))]

    def __str__(self) -> str:
        return str(self.case)


class Validity(models.Model):
    """How long a document is good for: barely longer than the journey (R11), as a rule with dates of its own."""

    service = models.CharField(_("service"), max_length=32)
    days_after_travel = models.PositiveSmallIntegerField(_("days after the travel date"))
    active_from = models.DateField(_("from"))
    active_to = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("validity")
        verbose_name_plural = _("validities")
        constraints = [
            models.UniqueConstraint(fields=["service", "active_from"], name="one_validity_per_service_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.service}: +{self.days_after_travel}"
