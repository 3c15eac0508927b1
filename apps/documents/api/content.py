"""The bytes themselves, both ways: checked before they are read, written down before they are shown."""

from typing import Any

from django.http import StreamingHttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.base import CitizenView
from apps.documents import services
from apps.documents.models import File
from apps.documents.showing import shown
from apps.documents.statuses import PDF, PICTURES
from apps.kernel.errors import Conflict, TooLarge

ZIP = "application/zip"
ARRIVED = OpenApiResponse(description="All of it is there; complete the file now.")


class LengthRequired(APIException):
    status_code = 411
    default_detail = _("Say with Content-Length how many bytes follow.")


class BytesView(CitizenView[File]):
    queryset = File.objects.all()
    pagination_class = None
    parser_classes = ()

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Whatever is asked for: what comes is what the file is, or a problem in JSON."""
        return super().perform_content_negotiation(request, force=True)


class Upload(BytesView):
    http_method_names = ["put", "options"]

    @extend_schema(
        operation_id="uploads_put",
        request=dict.fromkeys((*PICTURES, PDF), OpenApiTypes.BINARY),
        responses={204: ARRIVED},
    )
    def put(self, request: Request, upload: str) -> Response:
        """Send the bytes of an announced file, with the headers that came with the address.

        Needs the account that announced it. Nothing is read before length and type are what was announced: 411
        without a length, 413 or 409 for another one, 415 for another type. Sent twice before it is completed, the last
        one counts.
        """
        file = services.announced(token=upload, user=self.user, at=now())
        _check(request, file)
        services.receive(file=file, read=request.stream.read)
        return Response(status=204)


class Content(BytesView):
    http_method_names = ["get", "options"]

    @extend_schema(
        operation_id="readings_get", responses={(200, kind): OpenApiTypes.BINARY for kind in ("image/jpeg", PDF, ZIP)}
    )
    def get(self, request: Request, reading: str) -> StreamingHttpResponse:
        """The clean copy of a file, an issued document, or a copy of your data: for one device, one minute.

        That it was read is written down first. There are no parts of it: `Range` is not looked at.
        """
        session = str(self.device.pk)
        return shown(services.open_content(token=reading, actor=self.actor, session=session, at=now()))


def _check(request: Request, file: File) -> None:
    length = request.headers.get("Content-Length", "")
    if "Transfer-Encoding" in request.headers or not (length.isascii() and length.isdigit()):
        raise LengthRequired
    if int(length) > file.size:
        raise TooLarge(_("The file is larger than announced."), code="file_too_large")
    if int(length) < file.size:
        raise Conflict(_("The file is smaller than announced."), code="file_too_small")
    sent = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if sent != file.content_type:
        raise UnsupportedMediaType(sent[:64], detail=_("The file is of another type than announced."))
