"""What every answer carries, whoever made it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import get_contextvars

Handler = Callable[[HttpRequest], HttpResponse]


def request_id(get_response: Handler) -> Handler:
    """Echo the id under which this request stands in the log. Sits right below the logging middleware."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["X-Request-ID"] = str(get_contextvars().get("request_id", ""))
        return response

    return middleware
