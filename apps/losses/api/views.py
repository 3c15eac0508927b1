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
from apps.losses.api.serializers import FoundIn, LossReportIn, LossReportOut
from apps.losses.models import LossReport
from apps.posts.models import Post


def post_named(code: str) -> Post | None:
    """Raises ``Invalid`` for a code that no post has; empty is none."""
    post = Post.objects.filter(pk=code).first() if code else None
    if code and post is None:
        raise Invalid(faults=(Fault("/post", "does_not_exist", Unknown.detail),))
    return post


class LossReportRows(CitizenView[LossReport]):
    queryset = LossReport.objects.select_related("consent", "found").prefetch_related("notices")


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
        citizen = Citizen.objects.of(self.user, self.scope).filter(pk=told.pop("citizen")).first()
        if citizen is None:
            raise Invalid(faults=(Fault("/citizen", "does_not_exist", Unknown.detail),))
        report = services.report(
            user=self.user,
            citizen=citizen,
            post=post_named(told.pop("post", "")),
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


class FoundPassport(LossReportRows):
    @idempotent
    @extend_schema(operation_id="loss_reports_found", request=FoundIn, responses={201: LossReportOut})
    def post(self, request: Request, pk: str) -> Response:
        """Say that the passport turned up. It stays void all the same: it is only to be handed in."""
        report = self.get_object()
        form = FoundIn(data=request.data)
        form.is_valid(raise_exception=True)
        told = dict(form.validated_data)
        post = post_named(told.pop("post", ""))
        services.report_found(report=report, actor=self.actor, at=now(), post=post, **told)
        report = self.get_object()
        return answer(request, report, LossReportOut(report).data, status=201)
