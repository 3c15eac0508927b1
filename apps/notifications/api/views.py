from typing import cast

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.base import CitizenView
from apps.kernel.api.idempotency import idempotent
from apps.notifications import services
from apps.notifications.api.serializers import InboxIn, MessageOut
from apps.notifications.models import Message, MessageQuerySet


class Inbox(CitizenView[Message]):
    queryset = Message.objects.all()

    @extend_schema(operation_id="messages_list", parameters=[InboxIn], responses=MessageOut(many=True))
    def get(self, request: Request) -> Response:
        """What you were told, newest first."""
        form = InboxIn(data=request.query_params)
        form.is_valid(raise_exception=True)
        messages = cast("MessageQuerySet", self.get_queryset())
        page = self.paginate_queryset(messages.unread() if form.validated_data["unread"] else messages)
        return self.get_paginated_response(MessageOut(page, many=True).data)


class MessageRead(CitizenView[Message]):
    queryset = Message.objects.all()

    @extend_schema(operation_id="messages_read", request=None, responses=MessageOut)
    @idempotent
    def post(self, request: Request, pk: str) -> Response:
        """Note that you have opened it. The first time counts."""
        message = services.read(message=self.get_object(), at=now())
        return Response(MessageOut(message).data)
