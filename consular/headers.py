"""What a browser may do with our answers (Content Security Policy Level 3)."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]
HEADER = "Content-Security-Policy"


def content_security_policy(get_response: Handler) -> Handler:
    """One policy for every answer, by what it is. A view that knows better sets its own."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header(HEADER):
            response[HEADER] = policy(request.path, response.get("Content-Type", ""))
        return response

    return middleware


def policy(path: str, content_type: str) -> str:
    """JSON and files: nothing. Pages: our own files. The desk's and the schema's pages: what their makers need."""
    if not content_type.startswith("text/html"):
        return settings.CSP["nothing"]
    if path.startswith("/api/v1/docs"):
        return settings.CSP["docs"]
    if path.startswith("/admin/") and not path.startswith(settings.CSP_PLAIN_PAGES):
        return settings.CSP["desk"]
    return settings.CSP["page"]
