import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.kernel.api.serializers import In, Out
from apps.notifications.ladder import ORDER
from apps.notifications.statuses import PushService


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


WAYS = [(way, way) for way in ORDER]
FORMS = {PushService.FCM: r"[0-9A-Za-z:_-]{20,1024}", PushService.APNS: r"(?:[0-9a-f]{2}){32,100}"}


class PushTokenIn(In):
    """What Google or Apple told the app: a registration token, or a device token in lower-case hexadecimal."""

    service = serializers.ChoiceField(choices=PushService.choices)
    token = serializers.CharField(max_length=1024)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if not re.fullmatch(FORMS[given["service"]], given["token"]):
            wrong = serializers.ErrorDetail(str(_("This is not a token of this service.")), code="token_invalid")
            raise serializers.ValidationError({"token": [wrong]})
        return given


class PushTokenOut(Out):
    """``refreshed_at`` is when the device last registered. The token itself is not told again."""

    service = serializers.ChoiceField(choices=PushService.choices)
    refreshed_at = serializers.DateTimeField()


class ChannelsIn(In):
    """Every channel once, first choice first, and those that stay silent."""

    order = serializers.ListField(
        child=serializers.ChoiceField(choices=WAYS), min_length=len(ORDER), max_length=len(ORDER)
    )
    muted = serializers.ListField(child=serializers.ChoiceField(choices=WAYS), max_length=len(ORDER))

    def validate_order(self, order: list[str]) -> list[str]:
        if set(order) != set(ORDER):
            raise serializers.ValidationError(_("Name every channel once."), code="order_invalid")
        return order


class ChannelsOut(Out):
    """``reached`` are the channels that lead to you at present."""

    order = serializers.ListField(child=serializers.ChoiceField(choices=WAYS))
    muted = serializers.ListField(child=serializers.ChoiceField(choices=WAYS))
    reached = serializers.ListField(child=serializers.ChoiceField(choices=WAYS))
