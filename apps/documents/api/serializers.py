from rest_framework import serializers

from apps.documents.statuses import TYPES, FileKind, FileStatus, IssueStatus
from apps.kernel.api.serializers import In, Out


class FileIn(In):
    kind = serializers.ChoiceField(choices=FileKind.choices)
    content_type = serializers.CharField(max_length=64, help_text=f"One of {', '.join(TYPES)}.")
    size = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="In bytes.")


class FileOut(Out):
    """An upload. It can be read once `status` is `clean`; `reason` says why it was rejected."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=FileKind.choices)
    status = serializers.ChoiceField(choices=FileStatus.choices)
    status_label = serializers.CharField(source="get_status_display")
    reason = serializers.CharField(help_text="A stable code; empty unless rejected.")
    reason_label = serializers.CharField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()


class UploadOut(Out):
    """PUT the bytes to `url` with exactly these headers, before `expires_at`."""

    url = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()


class ExpectedOut(Out):
    file = FileOut()
    upload = UploadOut()


class AddressOut(Out):
    url = serializers.CharField(help_text="Readable for one minute, by whoever holds it: do not pass it on.")
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
