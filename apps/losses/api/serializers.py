from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.kernel.api.serializers import In, Out
from apps.losses.models import FoundReport, LossReport
from apps.losses.statuses import FoundStatus, Status
from apps.losses.timeline import found_of, timeline


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
    post = serializers.CharField(
        max_length=8, required=False, help_text="The post that sees to it; left out, the one for the place of the loss."
    )


class FoundIn(In):
    found_on = serializers.DateField(required=False, allow_null=True)
    post = serializers.CharField(
        max_length=8, required=False, help_text="Where you will hand it in: the code of a post. Any will do."
    )


class AgreedOut(Out):
    """What was agreed to, provable word by word."""

    purpose = serializers.CharField()
    version = serializers.CharField(source="text_version")
    sha256 = serializers.CharField(source="text_sha256")
    language = serializers.CharField()
    at = serializers.DateTimeField()


class StageOut(Out):
    """Something that happened to the passport, with the reference under which it is on file, if it has one."""

    status = serializers.ChoiceField(choices=[*Status.choices, *FoundStatus.choices], source="code")
    status_label = serializers.CharField(source="label")
    at = serializers.DateTimeField()
    reference = serializers.CharField()


class FoundOut(Out):
    """A passport that turned up is never valid again."""

    status = serializers.ChoiceField(choices=FoundStatus.choices)
    status_label = serializers.CharField(source="get_status_display")
    found_on = serializers.DateField(allow_null=True)
    post = serializers.CharField(source="post_id", allow_null=True)
    warning = serializers.SerializerMethodField()

    def get_warning(self, found: FoundReport) -> str:
        return _("The passport stays void, even now that it is found. Do not travel on it. Hand it in.")


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
    post = serializers.CharField(source="post_id", allow_null=True)
    certificate = serializers.UUIDField(
        source="certificate_id", allow_null=True, help_text="Among your documents; null while it is being made."
    )
    timeline = serializers.SerializerMethodField()
    found = serializers.SerializerMethodField()
    next_steps = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field(StageOut(many=True))
    def get_timeline(self, report: LossReport) -> list[dict[str, Any]]:
        """What has happened so far, the oldest first."""
        return list(StageOut(timeline(report), many=True).data)

    @extend_schema_field(FoundOut(allow_null=True))
    def get_found(self, report: LossReport) -> dict[str, Any] | None:
        found = found_of(report)
        return FoundOut(found).data if found else None

    def get_next_steps(self, report: LossReport) -> list[str]:
        """What happens next and what the person can do, in order."""
        return [
            _("The passport can no longer be used. Do not travel on it, even if you find it."),
            _("If you must return to China soon, apply for a travel document now."),
            _("If you live abroad, apply for a replacement passport."),
            _("The authority that issued the passport decides on declaring it void."),
            _("If you find the passport, hand it in at any Chinese embassy or consulate."),
        ]
