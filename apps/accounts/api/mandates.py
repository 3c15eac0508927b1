"""Helpers: what they may do, for whom, until when (R2)."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.base import CitizenView
from apps.accounts.api.clock import database_now
from apps.accounts.api.rights import MandateCodeIn, MandateCodeOut, MandateIn, MandateOut
from apps.accounts.models import Citizen, Mandate, Scope
from apps.accounts.services import mandates
from apps.kernel.api.idempotency import idempotent
from apps.kernel.api.pagination import Cursor

REVOKED = OpenApiResponse(description="The helper may do nothing any more.")


class MandateView(CitizenView[Mandate]):
    queryset = Mandate.objects.select_related("helper")


class CitizenMandates(MandateView):
    """For who manages the citizen."""

    pagination_class = Cursor
    scopes = {"get": Scope.MANAGE, "post": Scope.MANAGE}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        get_object_or_404(Citizen.objects.of(self.user, Scope.MANAGE), pk=kwargs["pk"])

    @extend_schema(operation_id="mandates_list", responses=MandateOut(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Who was given a right to act for this person, newest first; those that are over as well."""
        page = self.paginate_queryset(self.get_queryset().filter(citizen=pk))
        return self.get_paginated_response(MandateOut(page, many=True).data)

    @idempotent
    @extend_schema(operation_id="mandates_grant", request=MandateIn, responses={201: MandateOut})
    def post(self, request: Request, pk: str) -> Response:
        """Let a helper act for this person, once they accept with the code (`POST /mandates/{id}/code`)."""
        form = MandateIn(data=request.data)
        form.is_valid(raise_exception=True)
        mandate = mandates.grant(user=self.user, citizen=pk, **form.validated_data, at=database_now())
        return Response(MandateOut(mandate).data, status=201)


class MandateDetail(MandateView):
    @extend_schema(operation_id="mandates_get", responses=MandateOut)
    def get(self, request: Request, pk: str) -> Response:
        """One right, granted or held."""
        return Response(MandateOut(self.get_object()).data)

    @extend_schema(operation_id="mandates_revoke", request=None, responses={204: REVOKED})
    def delete(self, request: Request, pk: str) -> Response:
        """Take it back; or give it back, as the helper."""
        mandates.revoke(user=self.user, pk=pk, at=database_now())
        return Response(status=204)


class MandateCode(MandateView):
    scopes = {"post": Scope.MANAGE}

    @extend_schema(operation_id="mandates_code", request=None, responses=MandateCodeOut)
    def post(self, request: Request, pk: str) -> Response:
        """The code to give to the helper: good once and for a day. An earlier one is void."""
        code, until = mandates.new_code(user=self.user, pk=pk, at=database_now())
        return Response(MandateCodeOut({"code": code, "valid_until": until}).data)


class Acceptances(MandateView):
    @extend_schema(operation_id="mandates_accept", request=MandateCodeIn, responses=MandateOut)
    def post(self, request: Request) -> Response:
        """Become the helper with the code you were given; then the person is in `GET /citizens`."""
        form = MandateCodeIn(data=request.data)
        form.is_valid(raise_exception=True)
        mandate = mandates.accept(user=self.user, code=form.validated_data["code"], at=database_now())
        return Response(MandateOut(mandate).data)
