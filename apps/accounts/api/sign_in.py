from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts import addresses, services
from apps.accounts.api.base import language_of
from apps.accounts.api.caller import caller
from apps.accounts.api.clock import database_now
from apps.accounts.api.serializers import ChallengeIn, ChallengeOut, TokenIn, TokenOut


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

        The first device of an account is trusted at once. A further one is on probation (`is_trusted` is false): until
        one of its `ways_out` was taken, everything else answers 403 `device_on_probation`.
        """
        form = TokenIn(data=request.data)
        form.is_valid(raise_exception=True)
        signed_in = services.sign_in(**form.validated_data, language=language_of(request), at=database_now())
        return Response(TokenOut(signed_in, context={"device": signed_in.device}).data, status=201)
