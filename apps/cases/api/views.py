from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils.timezone import now
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.base import CitizenView
from apps.accounts.api.caller import caller
from apps.accounts.models import Scope
from apps.cases import services
from apps.cases.api.serializers import (
    AfterIn,
    AttachmentIn,
    CaseDetailOut,
    CaseOut,
    ChangesOut,
    MoveIn,
    PaymentIn,
    StepOut,
    ValidationOut,
    validation,
)
from apps.cases.models import Attachment, Case
from apps.documents.models import File
from apps.kernel.api.idempotency import idempotent
from apps.kernel.api.pagination import Cursor
from apps.kernel.api.versions import answer, edited_version
from apps.kernel.errors import DomainError, Unknown
from apps.payments.api.serializers import PaymentOut, QuoteOut, WayOut
from apps.payments.providers.base import providers

POLL_FULL, POLL_QUIET = "1", "30"
"""Seconds to the next question: at once while there is more to read."""


class CaseView(CitizenView[Case]):
    """Only cases of the caller's own citizens exist here; anyone else's is a 404."""

    queryset = Case.objects.select_related("post", "citizen")
    pagination_class: type[Cursor] | None = None

    def shown(self, request: Request, status: int = 200, *, case: Case | None = None) -> Response:
        """The case as it is now, after whatever was just done."""
        case = case or self.get_object()
        prefetch_related_objects([case], "history")
        return answer(request, case, CaseDetailOut(case, context={"actor": self.actor}).data, status)


class Cases(CaseView):
    pagination_class = Cursor

    @extend_schema(operation_id="cases_list", responses=CaseOut(many=True))
    def get(self, request: Request) -> Response:
        """Every case of the people you act for, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(CaseOut(page, many=True).data)


class Changes(CitizenView[Case]):
    """What is new, without polling every case."""

    queryset = Case.objects.all()
    pagination_class = None

    @extend_schema(
        operation_id="events_list",
        parameters=[OpenApiParameter("after", str, description="`next` of the last answer; empty to begin.")],
        responses=ChangesOut,
    )
    def get(self, request: Request) -> Response:
        """Everything that changed since `after`, oldest first. Ask again after as many seconds as `Poll-Interval` says.

        Without `after` you get a place to begin from: read the lists once, then only what is new.
        """
        form = AfterIn(data=request.query_params)
        form.is_valid(raise_exception=True)
        found, following = services.changes(user=self.user, after=form.validated_data["after"], at=now())
        headers = {"Poll-Interval": POLL_FULL if len(found) == services.PAGE else POLL_QUIET}
        return Response(ChangesOut({"events": found, "next": following}).data, headers=headers)


class CaseDetail(CaseView):
    @extend_schema(operation_id="cases_get", responses=CaseDetailOut)
    def get(self, request: Request, pk: str) -> Response:
        """One case. Send `If-None-Match` to learn cheaply that nothing is new (304)."""
        return self.shown(request)


class CaseMoves(CaseView):
    queryset = Case.objects.all()

    @idempotent
    @extend_schema(operation_id="cases_move", request=MoveIn, responses=CaseDetailOut)
    def post(self, request: Request, pk: UUID) -> Response:
        """Submit, answer, withdraw: any move listed in the case's `moves`. With `If-Match`, only on what you saw."""
        form = MoveIn(data=request.data)
        try:
            form.is_valid(raise_exception=True)
            version = edited_version(request) if "If-Match" in request.headers else None
        except (ValidationError, DomainError):
            self.get_object()  # someone else's is a 404, whatever was sent
            raise
        given = form.validated_data | {"cases": self.get_queryset(), "version": version}
        return self.shown(request, case=services.move(case=pk, actor=self.actor, at=now(), **given))


class CaseTimeline(CaseView):
    @extend_schema(operation_id="cases_timeline", responses=StepOut(many=True), filters=False)
    def get(self, request: Request, pk: str) -> Response:
        """Everything that happened to the case, oldest first."""
        case = self.get_object()
        steps = list(case.history.all())
        for step in steps:
            step.case = case
        return Response(StepOut(steps, many=True).data)


class CaseValidation(CaseView):
    @extend_schema(operation_id="cases_validate", request=None, responses=ValidationOut)
    def post(self, request: Request, pk: str) -> Response:
        """Everything that still stands between the draft and its submission, all at once."""
        case = self.get_object()
        services.take_up(case, self.actor)  # as if who asks submitted it; nothing is saved
        return Response(validation(case.procedure.problems(case)))


class CaseAttachments(CaseView):
    @idempotent
    @extend_schema(operation_id="cases_attach", request=AttachmentIn, responses={201: CaseDetailOut})
    def post(self, request: Request, pk: str) -> Response:
        """Put an uploaded file to one of the case's `materials`."""
        case, form = self.get_object(), AttachmentIn(data=request.data)
        form.is_valid(raise_exception=True)
        file = File.objects.of(self.user, self.scope).filter(pk=form.validated_data["file"]).first()
        if file is None:
            raise Unknown
        services.attach(case=case, material=form.validated_data["material"], file=file, actor=self.actor, at=now())
        return self.shown(request, 201)


class CaseAttachment(CaseView):
    @extend_schema(operation_id="cases_detach", request=None, responses={204: None})
    def delete(self, request: Request, pk: str, attachment: int) -> Response:
        """Take a paper away again, while it is your turn."""
        found = Attachment.objects.filter(case=self.get_object(), pk=attachment).select_related("case").first()
        if found is None:
            raise Unknown
        services.detach(attachment=found, actor=self.actor, at=now())
        return Response(status=204)


class CaseQuote(CaseView):
    @extend_schema(operation_id="cases_quote", responses=QuoteOut)
    def get(self, request: Request, pk: str) -> Response:
        """What it costs, line by line, by the tariff of the post. Once shown, the price stays."""
        return Response(QuoteOut(services.quote(case=self.get_object(), at=now())).data)


class CasePayments(CaseView):
    scopes = {"post": Scope.PAY}

    @idempotent
    @extend_schema(operation_id="cases_pay", request=PaymentIn, responses={201: PaymentOut})
    def post(self, request: Request, pk: str) -> Response:
        """Open a payment of what is due; read it at `/payments/{id}` until `next` is `pay`."""
        case, form = self.get_object(), PaymentIn(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        facts = {"ip": caller(request), **{name: asked[name] for name in ("openid",) if name in asked}}
        how = {"channel": asked.get("channel", ""), "payer_facts": facts}
        payment = services.pay(case=case, provider=asked["provider"], actor=self.actor, at=now(), **how)
        return Response(PaymentOut(payment).data, status=201)


class CaseWaysToPay(CaseView):
    @extend_schema(operation_id="cases_ways_to_pay", responses=WayOut(many=True))
    def get(self, request: Request, pk: str) -> Response:
        """By whom and how this can be paid now, by the contracts of the post."""
        offered = services.ways_to_pay(case=self.get_object(), at=now())
        ways = [
            {"code": name, "label": str(providers[name].label), "channels": channels}
            for name, channels in offered.items()
        ]
        return Response(WayOut(ways, many=True).data)
