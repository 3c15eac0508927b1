from rest_framework import serializers

from apps.kernel.api.serializers import In, Out


class InboxIn(In):
    """How to read the inbox. ``cursor`` comes out of ``next`` and ``previous``."""

    unread = serializers.BooleanField(default=False, help_text="Only what was never opened.")
    cursor = serializers.CharField(required=False)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=100)


class MessageOut(Out):
    """``template`` is a stable code, ``subject`` what it is about (``case:<id>``), ``link`` where it leads or empty."""

    id = serializers.UUIDField()
    template = serializers.CharField()
    subject = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    link = serializers.CharField()
    sent_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
