from typing import Any

from rest_framework import serializers

from apps.documents.statuses import PDF, PICTURES, REMARKS, FileKind, FileStatus, IssueStatus
from apps.kernel.api.serializers import In, Out


class FileIn(In):
    citizen = serializers.UUIDField(help_text="Whose paper it is: one of those you may act for.")
    kind = serializers.ChoiceField(choices=FileKind.choices)
    content_type = serializers.CharField(
        max_length=64, help_text=f"One of {', '.join(PICTURES)}; of a paper also {PDF}."
    )
    size = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="In bytes.")


class RemarkOut(Out):
    """What the automatic check would like otherwise in a photo (R24). Advice: an officer has the last word."""

    code = serializers.CharField(help_text=f"One of {', '.join(REMARKS)}.")
    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # the name is ours
    measured = serializers.FloatField()
    least = serializers.FloatField(allow_null=True)
    most = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    is_estimate = serializers.BooleanField(help_text="Measured without knowing what a face is; hair counts.")

    def get_label(self, remark: dict[str, Any]) -> str:
        return str(REMARKS.get(remark["code"], ""))


class FileOut(Out):
    """An upload. It can be read once `status` is `clean`; `reason` says why it was rejected."""

    id = serializers.UUIDField()
    citizen = serializers.UUIDField(source="citizen_id")
    kind = serializers.ChoiceField(choices=FileKind.choices)
    status = serializers.ChoiceField(choices=FileStatus.choices)
    status_label = serializers.CharField(source="get_status_display")
    reason = serializers.CharField(help_text="A stable code; empty unless rejected.")
    reason_label = serializers.CharField()
    content_type = serializers.CharField(source="clean_type", help_text="Of the clean copy, once there is one.")
    width = serializers.IntegerField(allow_null=True, help_text="In pixels; null for a PDF.")
    height = serializers.IntegerField(allow_null=True)
    remarks = RemarkOut(many=True, help_text="On a clean photo; nothing is refused for them.")
    created_at = serializers.DateTimeField()


class UploadOut(Out):
    """PUT the bytes to `url` with exactly these headers and your `Authorization`, before `expires_at`."""

    url = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()


class ExpectedOut(Out):
    file = FileOut()
    upload = UploadOut()


class AddressOut(Out):
    """GET `url` with your `Authorization`, before `expires_at`."""

    url = serializers.CharField(help_text="Readable for one minute, by the device that asked and no other.")
    expires_at = serializers.DateTimeField()


class IssueOut(Out):
    id = serializers.UUIDField()
    number = serializers.CharField()
    kind = serializers.CharField()
    status = serializers.ChoiceField(choices=[(s.value, s.label) for s in IssueStatus if s != IssueStatus.RESERVED])
    status_label = serializers.CharField(source="get_status_display")
    issued_on = serializers.DateField()
    expires_on = serializers.DateField()
    sha256 = serializers.CharField(help_text="Of the PDF.")
