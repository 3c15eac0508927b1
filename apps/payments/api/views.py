from typing import Any

from django.http import HttpResponse
from django.utils.timezone import now
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.base import CitizenView
from apps.kernel.api.versions import answer
from apps.kernel.errors import Unknown
from apps.payments import services
from apps.payments.api.parsers import RawParser
from apps.payments.api.serializers import PaymentOut, ProviderOut
from apps.payments.models import Merchant, Payment
from apps.payments.providers.base import providers


class PaymentDetail(CitizenView[Payment]):
    """Only payments the caller opened exist here."""

    queryset = Payment.objects.all()

    @extend_schema(operation_id="payments_get", responses=PaymentOut)
    def get(self, request: Request, pk: str) -> Response:
        """How a payment stands. Ask every few seconds until `next` is `done` or `pay_again`; send `If-None-Match`."""
        payment = self.get_object()
        return answer(request, payment, PaymentOut(payment).data)


class Providers(CitizenView[Payment]):
    queryset = Payment.objects.none()
    pagination_class = None

    @extend_schema(operation_id="payments_providers", responses=ProviderOut(many=True))
    def get(self, request: Request) -> Response:
        """The ways to pay that are offered."""
        offered = [{"code": name, "label": str(providers[name].label)} for name in providers]
        return Response(ProviderOut(offered, many=True).data)


class Notices(APIView):
    """Where payment providers report. The signature is the only credential."""

    authentication_classes = []
    permission_classes = [AllowAny]
    parser_classes = [RawParser]

    @extend_schema(operation_id="payments_notice", request=OpenApiTypes.BINARY, responses={204: None}, auth=[])
    def post(self, request: Request, merchant: str) -> HttpResponse:
        """A signed notice; answered as the company wants it once it is safely kept. Again, it has no effect."""
        addressed = Merchant.objects.approved().filter(code=merchant).first()
        if addressed is None:
            raise Unknown
        headers = {name.lower(): value for name, value in request.headers.items()}
        # without a body the framework asks no parser and answers {}
        body: Any = request.data or b""
        status, said = services.receive(merchant=addressed, headers=headers, body=body, at=now())
        return HttpResponse(said, status=status, content_type="text/plain")
