from typing import Any

from rest_framework import serializers

from apps.kernel.api.serializers import In, Out
from apps.privacy.statuses import ExportStatus, Role


class CopyOut(Out):
    """A copy of everything held about the person: a ZIP with JSON in both languages, papers and documents."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=ExportStatus.choices)
    status_label = serializers.CharField(source="status.label")
    requested_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True, help_text="Deleted then.")


class AccessOut(Out):
    at = serializers.DateTimeField()
    action = serializers.CharField(help_text="A stable code.")
    subject = serializers.CharField(help_text="What it was about, like `case:<id>`.")
    action_label = serializers.CharField(source="label")
    by = serializers.ChoiceField(choices=Role.choices, source="role")
    by_label = serializers.CharField(source="role_label")
    post = serializers.SerializerMethodField(help_text="Code of the post where an officer works; else null.")
    post_name = serializers.SerializerMethodField()

    def get_post(self, access: Any) -> str | None:
        return access.post.pk if access.post else None

    def get_post_name(self, access: Any) -> str | None:
        return access.post.name if access.post else None


class ObstacleOut(Out):
    code = serializers.CharField(help_text="`case_alive`, `payment_open`, `refund_owed`.")
    detail = serializers.CharField()
    way_out = serializers.CharField()


class KeptOut(Out):
    what = serializers.CharField()
    basis = serializers.CharField(help_text="The law that wants it kept.")


class OutlookOut(Out):
    """What erasing would do."""

    obstacles = ObstacleOut(many=True, help_text="What has to be finished first; empty when it can be done.")
    erased = serializers.ListField(child=serializers.CharField())
    kept = KeptOut(many=True)
    account_too = serializers.BooleanField(
        source="leaves", help_text="You act for nobody else: your account goes as well."
    )


class ErasureIn(In):
    printed_name = serializers.CharField(
        max_length=201, help_text="Surname and given names as the passport prints them, for confirmation."
    )


class ErasureOut(Out):
    citizen = serializers.UUIDField(source="citizen_id")
    requested_at = serializers.DateTimeField()
