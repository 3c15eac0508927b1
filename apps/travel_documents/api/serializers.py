from datetime import date, timedelta
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from rest_framework import serializers

from apps.cases.api.serializers import CaseDetailOut
from apps.kernel.api.serializers import In, Out
from apps.posts.models import Delivery, Urgency
from apps.travel_documents.routing import Reason, Stay


class Country(serializers.CharField):
    """ISO 3166-1 alpha-2."""

    default_error_messages = {"country": _("This is not a country code.")}

    def to_internal_value(self, data: Any) -> str:
        code = str(super().to_internal_value(data)).upper()
        if code not in countries:
            self.fail("country")
        return code


class AnswersIn(In):
    """Any of these, at any moment: what is not sent stays as it was."""

    post = serializers.CharField(max_length=8, required=False)
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False)
    delivery = serializers.ChoiceField(choices=Delivery.choices, required=False)
    ship_to = serializers.CharField(max_length=300, required=False, allow_blank=True)
    stay = serializers.ChoiceField(choices=Stay.choices, required=False)
    reason = serializers.ChoiceField(choices=Reason.choices, required=False)
    urgent = serializers.BooleanField(required=False)
    nationality_conflict = serializers.BooleanField(required=False)
    declares_nationality = serializers.BooleanField(required=False)
    loss_report = serializers.UUIDField(required=False, allow_null=True)
    destination = serializers.CharField(max_length=60, required=False, allow_blank=True)
    transit = serializers.ListField(child=Country(max_length=2), max_length=4, required=False)
    travel_on = serializers.DateField(required=False, allow_null=True)
    arrived_on = serializers.DateField(required=False, allow_null=True)
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    home_address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    employer = serializers.CharField(max_length=200, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=32, required=False, allow_blank=True)

    def validate_travel_on(self, day: date | None) -> date | None:
        """Yesterday is still today somewhere; a year ahead is no emergency."""
        today = now().date()
        if day and not today - timedelta(days=1) <= day <= today + timedelta(days=365):
            raise serializers.ValidationError(_("Choose a day within the next year."), code="out_of_range")
        return day

    def validate_arrived_on(self, day: date | None) -> date | None:
        if day and not date(1900, 1, 1) <= day <= now().date() + timedelta(days=1):
            raise serializers.ValidationError(_("This day is not in the past."), code="out_of_range")
        return day


class ApplicationIn(AnswersIn):
    citizen = serializers.UUIDField()
    post = serializers.CharField(max_length=8)


class ApplicationOut(Out):
    """The answers as saved, and the case they belong to. The ETag is the case's."""

    case = CaseDetailOut()
    stay = serializers.CharField(help_text="`short_stay`, `resident` or empty.")
    reason = serializers.CharField(help_text="`lost`, `stolen`, `damaged`, `expired` or empty.")
    urgent = serializers.BooleanField()
    nationality_conflict = serializers.BooleanField()
    declares_nationality = serializers.BooleanField()
    loss_report = serializers.UUIDField(source="loss_report_id", allow_null=True)
    destination = serializers.CharField()
    transit = serializers.ListField(child=serializers.CharField())
    travel_on = serializers.DateField(allow_null=True)
    arrived_on = serializers.DateField(allow_null=True)
    address = serializers.CharField()
    home_address = serializers.CharField()
    employer = serializers.CharField()
    phone = serializers.CharField()


class RouteIn(In):
    stay = serializers.ChoiceField(choices=Stay.choices)
    reason = serializers.ChoiceField(choices=Reason.choices)
    urgent = serializers.BooleanField(required=False, default=False)
    nationality_conflict = serializers.BooleanField(required=False, default=False)


class RouteOut(Out):
    service = serializers.CharField()
    here = serializers.BooleanField(help_text="Whether this application leads to that service.")
    advice = serializers.CharField()
