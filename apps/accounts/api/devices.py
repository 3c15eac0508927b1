"""Where an account is signed in, and what lets a new device in (ADR 7)."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import services
from apps.accounts.api.base import CitizenView
from apps.accounts.api.caller import caller
from apps.accounts.api.clock import database_now
from apps.accounts.api.serializers import ChallengeOut, CodeIn, DeviceOut
from apps.accounts.models import Device
from apps.accounts.services import trust
from apps.kernel.api.pagination import Cursor

SIGNED_OUT = OpenApiResponse(description="The token is worth nothing any more.")
SIGNED_OUT_OTHERS = OpenApiResponse(description="Every other token is worth nothing any more.")
DENIED = OpenApiResponse(description="The device is signed out; its address lets nobody in by waiting.")


class CurrentToken(CitizenView[Device]):
    queryset = Device.objects.all()
    open_to_probation = frozenset({"delete"})

    @extend_schema(operation_id="auth_sign_out", request=None, responses={204: SIGNED_OUT})
    def delete(self, request: Request) -> Response:
        """Sign this device out."""
        services.sign_out(device=self.device, actor=self.actor, at=database_now())
        return Response(status=204)


class DeviceView(CitizenView[Device]):
    queryset = Device.objects.live().select_related("user")

    def shown(self, device: Device) -> Response:
        return Response(DeviceOut(device, context={"device": self.device}).data)


class Devices(DeviceView):
    pagination_class = Cursor
    open_to_probation = frozenset({"get"})

    def get_queryset(self) -> QuerySet[Device]:
        mine = super().get_queryset()
        return mine if not self.is_called or self.device.is_trusted else mine.filter(pk=self.device.pk)

    @extend_schema(operation_id="devices_list", responses=DeviceOut(many=True))
    def get(self, request: Request) -> Response:
        """Where this account is signed in, newest first. A device on probation sees itself."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(DeviceOut(page, many=True, context={"device": self.device}).data)

    @extend_schema(operation_id="devices_sign_out_others", request=None, responses={204: SIGNED_OUT_OTHERS})
    def delete(self, request: Request) -> Response:
        """Sign every other device out."""
        services.sign_out_others(device=self.device, actor=self.actor, at=database_now())
        return Response(status=204)


class DeviceDetail(DeviceView):
    @extend_schema(operation_id="devices_sign_out", request=None, responses={204: SIGNED_OUT})
    def delete(self, request: Request, pk: str) -> Response:
        """Sign a device out, a lost one for instance."""
        services.sign_out(device=self.get_object(), actor=self.actor, at=database_now())
        return Response(status=204)


class Confirmation(DeviceView):
    @extend_schema(operation_id="devices_confirm", request=None, responses=DeviceOut)
    def post(self, request: Request, pk: str) -> Response:
        """Let a new device in: it is yours. 409 `device_not_on_probation` when there is no need."""
        return self.shown(trust.confirm(device=self.get_object(), by=self.device, at=database_now()))


class Denial(DeviceView):
    @extend_schema(operation_id="devices_deny", request=None, responses={204: DENIED})
    def post(self, request: Request, pk: str) -> Response:
        """Object to a new device: it is not yours. Change the address it came in by."""
        trust.deny(device=self.get_object(), actor=self.actor, at=database_now())
        return Response(status=204)


class OwnChallenges(DeviceView):
    open_to_probation = frozenset({"post"})

    @extend_schema(operation_id="devices_challenge", request=None, responses={202: ChallengeOut})
    def post(self, request: Request) -> Response:
        """Have a code sent to the other address of the account, to let this device in."""
        asked = trust.ask_other_address(device=self.device, caller=caller(request), at=database_now())
        return Response(ChallengeOut(asked).data, status=202)


class OwnConfirmation(DeviceView):
    open_to_probation = frozenset({"post"})

    @extend_schema(operation_id="devices_confirm_self", request=CodeIn, responses=DeviceOut)
    def post(self, request: Request) -> Response:
        """Let this device in with the code that went to the other address. Errors as in `POST /auth/tokens`."""
        form = CodeIn(data=request.data)
        form.is_valid(raise_exception=True)
        return self.shown(trust.confirm_by_address(device=self.device, **form.validated_data, at=database_now()))
