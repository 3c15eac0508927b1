from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.base import CitizenView, language_of
from apps.accounts.models import Citizen
from apps.kernel.api.idempotency import idempotent
from apps.kernel.api.pagination import Cursor
from apps.kernel.api.versions import answer
from apps.kernel.errors import Fault, Invalid, Unknown
from apps.losses import services
from apps.losses.api.serializers import LossReportIn, LossReportOut
from apps.losses.models import LossReport


class LossReportRows(CitizenView[LossReport]):
    queryset = LossReport.objects.select_related("consent")


class LossReports(LossReportRows):
    pagination_class = Cursor

    @extend_schema(operation_id="loss_reports_list", responses=LossReportOut(many=True))
    def get(self, request: Request) -> Response:
        """Lost passports of the people you act for, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(LossReportOut(page, many=True).data)

    @idempotent
    @extend_schema(operation_id="loss_reports_add", request=LossReportIn, responses={201: LossReportOut})
    def post(self, request: Request) -> Response:
        """Report a passport lost or stolen: it is frozen at once, for good (`GET /consents/loss_declaration`).

        Reporting the same passport of the same citizen again answers the report that exists.
        """
        form = LossReportIn(data=request.data)
        form.is_valid(raise_exception=True)
        told = dict(form.validated_data)
        citizen = Citizen.objects.of(self.user).filter(pk=told.pop("citizen")).first()
        if citizen is None:
            raise Invalid(faults=(Fault("/citizen", "does_not_exist", Unknown.detail),))
        report = services.report(
            user=self.user,
            citizen=citizen,
            device=str(self.device),
            language=language_of(request),
            at=now(),
            **told,
        )
        return answer(request, report, LossReportOut(report).data, status=201)


class LossReportDetail(LossReportRows):
    @extend_schema(operation_id="loss_reports_get", responses=LossReportOut)
    def get(self, request: Request, pk: str) -> Response:
        """One report, and what happens next."""
        report = self.get_object()
        return answer(request, report, LossReportOut(report).data)
