from typing import cast

from django.utils.timezone import now
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.base import CitizenView
from apps.accounts.models import User
from apps.kernel.api.idempotency import idempotent
from apps.notifications import ladder, services, wishes
from apps.notifications.api.serializers import (
    ChannelsIn,
    ChannelsOut,
    InboxIn,
    MessageOut,
    PushTokenIn,
    PushTokenOut,
)
from apps.notifications.channels.base import channels
from apps.notifications.models import ChannelPreference, Message, MessageQuerySet, PushToken

NO_PUSHES = OpenApiResponse(description="This device gets no pushes.")


class Inbox(CitizenView[Message]):
    queryset = Message.objects.all()
    open_to_probation = frozenset({"get"})

    @extend_schema(operation_id="messages_list", parameters=[InboxIn], responses=MessageOut(many=True))
    def get(self, request: Request) -> Response:
        """What you were told, newest first. A device on probation sees the headings."""
        form = InboxIn(data=request.query_params)
        form.is_valid(raise_exception=True)
        messages = cast("MessageQuerySet", self.get_queryset())
        page = self.paginate_queryset(messages.unread() if form.validated_data["unread"] else messages)
        for message in [] if self.device.is_trusted else page or []:
            message.body = message.link = ""
        return self.get_paginated_response(MessageOut(page, many=True).data)


class MessageRead(CitizenView[Message]):
    queryset = Message.objects.all()

    @extend_schema(operation_id="messages_read", request=None, responses=MessageOut)
    @idempotent
    def post(self, request: Request, pk: str) -> Response:
        """Note that you have opened it. The first time counts."""
        message = services.read(message=self.get_object(), at=now())
        return Response(MessageOut(message).data)


class CurrentPushToken(CitizenView[PushToken]):
    queryset = PushToken.objects.all()

    @extend_schema(operation_id="devices_push_token_set", request=PushTokenIn, responses=PushTokenOut)
    def put(self, request: Request) -> Response:
        """Have pushes sent to this device. Call it at every start of the app: tokens change."""
        form = PushTokenIn(data=request.data)
        form.is_valid(raise_exception=True)
        token = wishes.register(device=self.device, at=now(), **form.validated_data)
        return Response(PushTokenOut(token).data)

    @extend_schema(operation_id="devices_push_token_remove", request=None, responses={204: NO_PUSHES})
    def delete(self, request: Request) -> Response:
        """No more pushes to this device. Signing out does the same."""
        wishes.forget(device=self.device)
        return Response(status=204)


class Channels(CitizenView[User]):
    queryset = User.objects.none()

    @extend_schema(operation_id="messages_channels_get", responses=ChannelsOut)
    def get(self, request: Request) -> Response:
        """How you are told: by the first of these channels that reaches you, by the next where it fails.

        An e-mail is written besides, to keep, unless e-mail is muted. The inbox of the app has every message.
        """
        return self._shown(ladder.preference_of(self.user))

    @extend_schema(operation_id="messages_channels_set", request=ChannelsIn, responses=ChannelsOut)
    def put(self, request: Request) -> Response:
        """Choose the order of the channels, and which stay silent. A sign-in on a new device is told by all of them."""
        form = ChannelsIn(data=request.data)
        form.is_valid(raise_exception=True)
        return self._shown(wishes.prefer(user=self.user, at=now(), **form.validated_data))

    def _shown(self, wish: ChannelPreference) -> Response:
        reached = [way for way in wish.order if channels[way].reaches(self.user)]
        return Response(ChannelsOut({"order": wish.order, "muted": wish.muted, "reached": reached}).data)
