from django.utils.translation import gettext as _
from rest_framework import serializers

from apps.kernel.api.serializers import In, Out
from apps.losses.models import LossReport
from apps.losses.statuses import Status


class LossReportIn(In):
    citizen = serializers.UUIDField()
    consent_version = serializers.CharField(
        max_length=16, help_text="Of the `loss_declaration` text that was shown and agreed to."
    )
    passport_number = serializers.CharField(max_length=20, help_text="One to nine letters A–Z and digits.")
    passport_issued_by = serializers.CharField(max_length=100, help_text="As printed in the passport.")
    issued_on = serializers.DateField(required=False, allow_null=True)
    lost_on = serializers.DateField(help_text="The day it was last seen, if the day of the loss is not known.")
    place = serializers.CharField(max_length=200)
    country = serializers.CharField(max_length=2, help_text="Where it was lost: ISO 3166-1 alpha-2.")
    circumstances = serializers.CharField(max_length=4000)


class AgreedOut(Out):
    """What was agreed to, provable word by word."""

    purpose = serializers.CharField()
    version = serializers.CharField(source="text_version")
    sha256 = serializers.CharField(source="text_sha256")
    language = serializers.CharField()
    at = serializers.DateTimeField()


class LossReportOut(Out):
    id = serializers.UUIDField()
    citizen = serializers.UUIDField(source="citizen_id")
    status = serializers.ChoiceField(choices=Status.choices)
    status_label = serializers.CharField(source="get_status_display")
    passport_number = serializers.CharField()
    passport_issued_by = serializers.CharField()
    issued_on = serializers.DateField(allow_null=True)
    lost_on = serializers.DateField()
    place = serializers.CharField()
    country = serializers.CharField(source="country.code")
    country_label = serializers.CharField(source="country.name")
    circumstances = serializers.CharField()
    consent = AgreedOut()
    next_steps = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_next_steps(self, report: LossReport) -> list[str]:
        """What happens next and what the person can do, in order."""
        return [
            _("The passport can no longer be used. Do not travel on it, even if you find it."),
            _("If you must return to China soon, apply for a travel document now."),
            _("If you live abroad, apply for a replacement passport."),
            _("The authority that issued the passport decides on declaring it void."),
            _("If you find the passport, hand it in at any Chinese embassy or consulate."),
        ]
