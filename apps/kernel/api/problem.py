"""RFC 9457 problem details: the one place where an error becomes an HTTP answer."""

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import set_rollback
from structlog.contextvars import get_contextvars

from apps.kernel import errors

CONTENT_TYPE = "application/problem+json"

STATUS: dict[type[errors.DomainError], int] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.Unknown: 404,
    errors.Conflict: 409,
    errors.Stale: 412,
    errors.TooLarge: 413,
    errors.Unmet: 422,
    errors.VersionRequired: 428,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}

TITLES = {
    400: gettext_lazy("Not understood"),
    401: gettext_lazy("Not signed in"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("Not possible here"),
    406: gettext_lazy("Only JSON is spoken here"),
    409: gettext_lazy("Conflict"),
    412: gettext_lazy("Changed meanwhile"),
    411: gettext_lazy("Length needed"),
    413: gettext_lazy("Too large"),
    415: gettext_lazy("Only JSON is read here"),
    422: gettext_lazy("Something is missing"),
    428: gettext_lazy("Version needed"),
    429: gettext_lazy("Too often"),
    500: gettext_lazy("Our mistake"),
    503: gettext_lazy("Not available now"),
}

CODES = {
    405: "method_not_allowed",
    406: "not_acceptable",
    411: "length_required",
    415: "unsupported_media_type",
    500: "server_error",
}

TRANSLATED: dict[type[Exception], type[errors.DomainError]] = {
    Http404: errors.Unknown,
    PermissionDenied: errors.Forbidden,
    RequestDataTooBig: errors.TooLarge,
}

log = logging.getLogger(__name__)


class Fault(serializers.Serializer[Any]):
    """One thing wrong: where (JSON pointer), a stable code, and a sentence."""

    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """RFC 9457. Decide by ``code``, which never changes; show ``detail``, which is in the caller's language."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    request_id = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField(), required=False)
    retry_after = serializers.IntegerField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """``errors`` is a property of every serializer, so the field of that name is added here."""
        return super().get_fields() | {"errors": Fault(many=True, required=False)}


def document(*, status: int, code: str, detail: Any, **more: Any) -> dict[str, Any]:
    """The JSON body; ``more`` adds ``errors``, ``missing`` or ``retry_after`` where they are not empty."""
    return {
        "type": f"/api/v1/errors#{code}",
        "title": str(TITLES.get(status, status)),
        "status": status,
        "code": code,
        "detail": str(detail),
        "request_id": str(get_contextvars().get("request_id", "")),
    } | {name: value for name, value in more.items() if value}


def faults_of(detail: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """Flatten what a serializer complained about into faults with JSON pointers."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            step = "" if name == "non_field_errors" else "/" + str(name).replace("~", "~0").replace("/", "~1")
            yield from faults_of(inner, pointer + step)
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, (dict, list))
            yield from faults_of(inner, f"{pointer}/{position}" if nested else pointer)
    else:
        yield {"pointer": pointer, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}


def _from_domain(error: errors.DomainError) -> Response:
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    faults = [{"pointer": f.pointer, "code": f.code, "detail": str(f.detail)} for f in error.faults]
    wait = getattr(error, "retry_after", 0)
    body = document(
        status=status,
        code=error.code,
        detail=error.detail,
        errors=faults,
        missing=list(error.missing),
        retry_after=wait,
    )
    return Response(body, status=status, headers={"Retry-After": str(wait)} if wait else None)


def _from_framework(error: exceptions.APIException) -> Response:
    status = error.status_code
    if isinstance(error, exceptions.ValidationError):
        faults = list(faults_of(error.detail))
        body = document(status=400, code="invalid", detail=errors.Invalid.detail, errors=faults)
        return Response(body, status=400)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        body = document(status=401, code="not_signed_in", detail=errors.Unauthenticated.detail)
        return Response(body, status=401, headers={"WWW-Authenticate": "Bearer"})
    wait = int(getattr(error, "wait", None) or 0)
    known = {400: "malformed", 403: "forbidden", 404: "not_found", 413: "too_large", 429: "too_many_requests"}
    code = CODES.get(status) or known.get(status, "invalid")
    body = document(status=status, code=code, detail=error.detail, retry_after=wait)
    return Response(body, status=status, headers={"Retry-After": str(wait)} if wait else None)


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's ``EXCEPTION_HANDLER``. What it does not know becomes ``server_error``, logged with its trace."""
    if is_database_away(error):
        log.error("database_unavailable", exc_info=error)
        error = errors.Unavailable()
    for kind, ours in TRANSLATED.items():
        if isinstance(error, kind):
            error = ours()
    set_rollback()
    if isinstance(error, errors.DomainError):
        answer = _from_domain(error)
    elif isinstance(error, exceptions.APIException):
        answer = _from_framework(error)
    else:
        return None
    answer.content_type = CONTENT_TYPE
    return answer


def plain(*, status: int, code: str, detail: Any) -> HttpResponse:
    """For those who stand outside the API's views."""
    body = json.dumps(document(status=status, code=code, detail=detail), ensure_ascii=False)
    answer = HttpResponse(body, status=status, content_type=CONTENT_TYPE)
    answer["Content-Length"] = str(len(answer.content))
    return answer


def is_database_away(error: BaseException | None) -> bool:
    """Unreachable, restarting, or a lock that nobody gave back: the same request may pass in a moment."""
    return isinstance(error, OperationalError | InterfaceError)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler404``: an address that leads nowhere."""
    return plain(status=404, code="not_found", detail=errors.Unknown.detail)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """``handler400``: what Django itself refuses, such as an unknown host or a body with too many fields."""
    return plain(status=400, code="malformed", detail=errors.Invalid.detail)


def server_error(request: HttpRequest) -> HttpResponse:
    """``handler500``: the trace is in the log under the request id."""
    if is_database_away(sys.exc_info()[1]):
        return plain(status=503, code="unavailable", detail=errors.Unavailable.detail)
    return plain(
        status=500,
        code="server_error",
        detail=_("Something went wrong on our side. Nothing was changed; please send it again."),
    )
