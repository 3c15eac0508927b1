from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.base import CitizenView
from apps.accounts.models import Citizen
from apps.kernel.api.idempotency import idempotent
from apps.kernel.api.versions import answer, edited_version
from apps.kernel.errors import Fault, Invalid, Unknown
from apps.losses.models import LossReport
from apps.posts.models import Post
from apps.travel_documents import services
from apps.travel_documents.api.serializers import AnswersIn, ApplicationIn, ApplicationOut, RouteIn, RouteOut
from apps.travel_documents.models import TravelDocument
from apps.travel_documents.routing import route


class ApplicationView(CitizenView[TravelDocument]):
    queryset = TravelDocument.objects.select_related("case__post", "case__citizen").prefetch_related("case__history")
    pagination_class = None

    def shown(self, request: Request, pk: str, status: int = 200) -> Response:
        application = get_object_or_404(self.get_queryset(), pk=pk)
        body = ApplicationOut(application, context={"actor": self.actor}).data
        return answer(request, application.case, body, status)

    def answers(self, form: AnswersIn) -> dict[str, Any]:
        """The validated answers, with ids turned into what they name, if it is the caller's."""
        form.is_valid(raise_exception=True)
        found = dict(form.validated_data)
        if "citizen" in found:
            found["citizen"] = self.mine("citizen", Citizen.objects.of(self.user, self.scope), found["citizen"])
        if found.get("loss_report"):
            found["loss_report"] = self.mine(
                "loss_report", LossReport.objects.of(self.user, self.scope), found["loss_report"]
            )
        if "post" in found:
            found["post"] = self.mine("post", Post.objects.all(), found["post"])
        return found

    def mine(self, name: str, rows: Any, pk: Any) -> Any:
        row = rows.filter(pk=pk).first()
        if row is None:
            raise Invalid(faults=(Fault(f"/{name}", "does_not_exist", Unknown.detail),))
        return row


class Applications(ApplicationView):
    @idempotent
    @extend_schema(operation_id="travel_documents_apply", request=ApplicationIn, responses={201: ApplicationOut})
    def post(self, request: Request) -> Response:
        """Start an application. Only the citizen and the post are needed; everything else can follow."""
        answers = self.answers(ApplicationIn(data=request.data))
        application = services.apply(actor=self.actor, at=now(), **answers)
        return self.shown(request, str(application.pk), 201)


class Application(ApplicationView):
    @extend_schema(operation_id="travel_documents_get", responses=ApplicationOut)
    def get(self, request: Request, pk: str) -> Response:
        return self.shown(request, pk)

    @extend_schema(operation_id="travel_documents_save", request=AnswersIn, responses=ApplicationOut)
    def patch(self, request: Request, pk: str) -> Response:
        """Save some answers, at any moment and from any device. A stale `If-Match` is refused: nothing is lost."""
        application, version = self.get_object(), edited_version(request)
        answers = self.answers(AnswersIn(data=request.data))
        services.revise(application=application, version=version, actor=self.actor, at=now(), **answers)
        return self.shown(request, pk)

    patch.versioned = True  # type: ignore[attr-defined]


class Routing(CitizenView[TravelDocument]):
    queryset = TravelDocument.objects.all()

    @extend_schema(operation_id="travel_documents_route", request=RouteIn, responses=RouteOut)
    def post(self, request: Request) -> Response:
        """Which document fits your situation, before you fill in anything."""
        form = RouteIn(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(RouteOut(route(**form.validated_data)).data)
