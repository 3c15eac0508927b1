"""What a browser shows when a form is refused or something breaks."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from apps.kernel.api import problem


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """For ``CSRF_FAILURE_VIEW``: told on the page of every refusal, without Django's reasons."""
    return render(request, "403.html", {"reason": reason}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """``handler500``: a page at the desk, a problem for everybody else; 503 while the database is away."""
    if not (request.path.startswith("/admin/") and request.accepts("text/html")):
        return problem.server_error(request)
    is_away = problem.is_database_away(sys.exc_info()[1])
    page = render_to_string("500.html", {"is_away": is_away})
    return HttpResponse(page, status=503 if is_away else 500)
