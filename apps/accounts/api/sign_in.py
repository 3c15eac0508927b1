from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import addresses, services
from apps.accounts.api.base import CitizenView, language_of
from apps.accounts.api.caller import caller
from apps.accounts.api.clock import database_now
from apps.accounts.api.serializers import ChallengeIn, ChallengeOut, DeviceOut, TokenIn, TokenOut
from apps.accounts.models import Device
from apps.kernel.api.pagination import Cursor

SIGNED_OUT = OpenApiResponse(description="The token is worth nothing any more.")


class OpenView(APIView):
    """For those who have no token yet. A wrong one in the header does not matter here."""

    authentication_classes = ()
    permission_classes = ()


class Challenges(OpenView):
    @extend_schema(operation_id="auth_challenge", request=ChallengeIn, responses={202: ChallengeOut})
    def post(self, request: Request) -> Response:
        """Have a six-digit code sent to an e-mail address or a phone number of any country.

        The answer is the same whether the address is known or not. Not oftener than once a minute, 5 times an hour
        and 10 times a day to one address.

        Sandbox only: for addresses ending in `@sandbox.example` and numbers `+1 202 555 0100` to `0199` the code is
        `000000`, without limits. Text messages arrive as e-mail at `<digits>@sms.sandbox.example`.
        """
        form = ChallengeIn(data=request.data)
        form.is_valid(raise_exception=True)
        asked = services.challenge(
            address=addresses.read(form.validated_data["to"]),
            caller=caller(request),
            language=form.validated_data.get("language", language_of(request)),
            at=database_now(),
        )
        return Response(ChallengeOut(asked).data, status=202)


class Tokens(OpenView):
    @extend_schema(operation_id="auth_token", request=TokenIn, responses={201: TokenOut})
    def post(self, request: Request) -> Response:
        """Exchange the code for a token; the first time this opens the account.

        Five attempts per challenge: `wrong_code` says how many are left (`errors[0].code` is `attempts_left_4` …),
        then `challenge_exhausted`. A code is valid for ten minutes and once, else `challenge_expired`.
        """
        form = TokenIn(data=request.data)
        form.is_valid(raise_exception=True)
        signed_in = services.sign_in(**form.validated_data, language=language_of(request), at=database_now())
        return Response(TokenOut(signed_in).data, status=201)


class CurrentToken(CitizenView[Device]):
    queryset = Device.objects.all()

    @extend_schema(operation_id="auth_sign_out", request=None, responses={204: SIGNED_OUT})
    def delete(self, request: Request) -> Response:
        """Sign this device out."""
        services.sign_out(device=self.device, actor=self.actor, at=database_now())
        return Response(status=204)


class DeviceView(CitizenView[Device]):
    queryset = Device.objects.live()


class Devices(DeviceView):
    pagination_class = Cursor

    @extend_schema(operation_id="devices_list", responses=DeviceOut(many=True))
    def get(self, request: Request) -> Response:
        """Where this account is signed in, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(DeviceOut(page, many=True, context={"device": self.device}).data)


class DeviceDetail(DeviceView):
    @extend_schema(operation_id="devices_sign_out", request=None, responses={204: SIGNED_OUT})
    def delete(self, request: Request, pk: str) -> Response:
        """Sign a device out, a lost one for instance."""
        services.sign_out(device=self.get_object(), actor=self.actor, at=database_now())
        return Response(status=204)
