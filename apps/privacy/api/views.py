from typing import Any

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.base import CitizenView
from apps.accounts.models import Citizen, Scope
from apps.audit.models import Entry
from apps.documents.api.serializers import AddressOut
from apps.kernel.api.idempotency import idempotent
from apps.kernel.api.pagination import Cursor
from apps.privacy import services
from apps.privacy.api.serializers import AccessOut, CopyOut, ErasureIn, ErasureOut, OutlookOut


class DataView(CitizenView[Citizen]):
    """For whoever manages the citizen; no helper, whatever they may do, sees or ends what is held."""

    queryset = Citizen.objects.all()
    scopes = {"get": Scope.MANAGE, "post": Scope.MANAGE}
    pagination_class: type[Cursor] | None = None


class Newest(Cursor):
    ordering = ("-at", "-id")


class Copies(DataView):
    @extend_schema(operation_id="export_get", responses=CopyOut)
    def get(self, request: Request, pk: str) -> Response:
        """The copy you asked for last; 404 when there is none, or its week is over."""
        export = services.latest(citizen=self.get_object(), user=self.user, at=now())
        return Response(CopyOut(export).data)

    @idempotent
    @extend_schema(operation_id="export_request", request=None, responses={202: CopyOut})
    def post(self, request: Request, pk: str) -> Response:
        """Ask for a copy of everything we hold about this person. You are told when it is ready."""
        export = services.request_export(citizen=self.get_object(), user=self.user, at=now())
        return Response(CopyOut(export).data, status=202)


class CopyContent(DataView):
    @extend_schema(operation_id="export_read", responses=AddressOut)
    def get(self, request: Request, pk: str) -> Response:
        """An address where the copy can be read, for one minute, by this device."""
        at = now()
        export = services.latest(citizen=self.get_object(), user=self.user, at=at)
        found = services.export_address(export=export, actor=self.actor, session=str(self.device.pk), at=at)
        return Response(AddressOut(found).data)


class Accesses(DataView):
    pagination_class = Newest

    @extend_schema(operation_id="accesses_list", responses=AccessOut(many=True))
    def get(self, request: Request, pk: str) -> Response:
        """Who opened or changed this person's data, newest first."""
        citizen = self.get_object()
        rows: Any = Entry.objects.filter(citizen=citizen.pk)
        page: Any = self.paginate_queryset(rows)
        shown = services.accesses(entries=page, citizen=citizen.pk, reader=self.user)
        return self.get_paginated_response(AccessOut(shown, many=True).data)


class Erasures(DataView):
    @extend_schema(operation_id="erasure_preview", responses=OutlookOut)
    def get(self, request: Request, pk: str) -> Response:
        """What erasing this person would erase, what the law has us keep, and what stands in the way."""
        found = services.outlook(citizen=self.get_object().pk, user=self.user.pk)
        return Response(OutlookOut(found).data)

    @idempotent
    @extend_schema(operation_id="erasure_request", request=ErasureIn, responses={202: ErasureOut})
    def post(self, request: Request, pk: str) -> Response:
        """Erase this person, for good. Nobody can act for them from now on; your account goes too if it is for nobody
        else. 422 with what has to be finished first.
        """
        citizen = self.get_object()
        form = ErasureIn(data=request.data)
        form.is_valid(raise_exception=True)
        erasure = services.request_erasure(citizen=citizen.pk, user=self.user, at=now(), **form.validated_data)
        return Response(ErasureOut(erasure).data, status=202)
