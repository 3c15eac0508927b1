from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.base import CitizenView
from apps.accounts.models import Citizen
from apps.documents import services
from apps.documents.api.serializers import AddressOut, ExpectedOut, FileIn, FileOut, IssueOut
from apps.documents.models import File, Issue
from apps.kernel.api.idempotency import idempotent
from apps.kernel.api.versions import answer
from apps.kernel.errors import Fault, Invalid, Unknown


class FileView(CitizenView[File]):
    queryset = File.objects.all()
    pagination_class = None


class Files(FileView):
    @idempotent
    @extend_schema(operation_id="files_expect", request=FileIn, responses={201: ExpectedOut})
    def post(self, request: Request) -> Response:
        """Announce an upload: put the bytes to the given address, then complete it."""
        form = FileIn(data=request.data)
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        citizen = Citizen.objects.of(self.user, self.scope).filter(pk=facts.pop("citizen")).first()
        if citizen is None:
            raise Invalid(faults=(Fault("/citizen", "does_not_exist", Unknown.detail),))
        file, upload = services.expect(owner=self.user, citizen=citizen, at=now(), **facts)
        return Response(ExpectedOut({"file": file, "upload": upload}).data, status=201)


class FileDetail(FileView):
    @extend_schema(operation_id="files_get", responses=FileOut)
    def get(self, request: Request, pk: str) -> Response:
        """Where an upload stands; poll it with `If-None-Match` until it is `clean` or `rejected`."""
        file = self.get_object()
        return answer(request, file, FileOut(file).data)


class FileCompletion(FileView):
    @extend_schema(operation_id="files_complete", request=None, responses=FileOut)
    def post(self, request: Request, pk: str) -> Response:
        """Say that the bytes are there; said twice, it counts once. A worker then makes the clean copy."""
        file = services.complete(file=self.get_object(), at=now())
        return answer(request, file, FileOut(file).data)


class FileContent(FileView):
    @extend_schema(operation_id="files_read", responses=AddressOut)
    def get(self, request: Request, pk: str) -> Response:
        """An address where the clean copy can be seen, for one minute, by this device."""
        found = services.read_address(file=self.get_object(), actor=self.actor, session=str(self.device.pk), at=now())
        return Response(AddressOut(found).data)


class DocumentView(CitizenView[Issue]):
    queryset = Issue.objects.all()


class Documents(DocumentView):
    @extend_schema(operation_id="documents_list", responses=IssueOut(many=True))
    def get(self, request: Request) -> Response:
        """Every document issued on your applications, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(IssueOut(page, many=True).data)


class DocumentDetail(DocumentView):
    pagination_class = None

    @extend_schema(operation_id="documents_get", responses=IssueOut)
    def get(self, request: Request, pk: str) -> Response:
        """One document."""
        document = self.get_object()
        return answer(request, document, IssueOut(document).data)


class DocumentPdf(DocumentView):
    pagination_class = None

    @extend_schema(operation_id="documents_pdf", responses=AddressOut)
    def get(self, request: Request, pk: str) -> Response:
        """An address where the signed PDF can be read, for one minute, by this device."""
        found = services.pdf_address(issue=self.get_object(), actor=self.actor, session=str(self.device.pk), at=now())
        return Response(AddressOut(found).data)
