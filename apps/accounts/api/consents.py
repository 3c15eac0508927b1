"""What was agreed to, text by text (R20)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts import services
from apps.accounts.api.base import CitizenView, language_of
from apps.accounts.api.clock import database_now
from apps.accounts.api.rights import ConsentIn, ConsentOut, ConsentTextOut
from apps.accounts.api.sign_in import OpenView
from apps.accounts.models import Consent
from apps.kernel.api.idempotency import idempotent
from apps.kernel.api.pagination import Cursor


class ConsentText(OpenView):
    @extend_schema(operation_id="consents_get", responses=ConsentTextOut)
    def get(self, request: Request, purpose: str) -> Response:
        """The text to show before someone agrees, in the language of the request."""
        return Response(ConsentTextOut(services.consent_text(purpose, language_of(request))).data)


class Consents(CitizenView[Consent]):
    queryset = Consent.objects.all()
    pagination_class = Cursor

    @extend_schema(operation_id="consents_list", responses=ConsentOut(many=True))
    def get(self, request: Request) -> Response:
        """What you agreed to, newest first; what you withdrew as well."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(ConsentOut(page, many=True).data)

    @idempotent
    @extend_schema(operation_id="consents_give", request=ConsentIn, responses={201: ConsentOut})
    def post(self, request: Request) -> Response:
        """Agree to one purpose by itself: as a guardian, or again after a withdrawal."""
        form = ConsentIn(data=request.data)
        form.is_valid(raise_exception=True)
        given = dict(form.validated_data)
        version = given.pop("consent_version")
        consent = services.agree(
            user=self.user,
            version=version,
            language=language_of(request),
            device=str(self.device),
            at=database_now(),
            **given,
        )
        return Response(ConsentOut(consent).data, status=201)


class Withdrawal(CitizenView[Consent]):
    queryset = Consent.objects.all()

    @extend_schema(operation_id="consents_withdraw", request=None, responses=ConsentOut)
    def post(self, request: Request, pk: str) -> Response:
        """Withdraw it: nothing new rests on it. What was done before stays lawful; the text says what follows."""
        return Response(ConsentOut(services.withdraw_consent(user=self.user, pk=pk, at=database_now())).data)
