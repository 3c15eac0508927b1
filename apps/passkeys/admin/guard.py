"""The one door to the staff screens. It stands before the views, so none of them can forget it (security S1)."""

import re
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.timezone import now

from apps.passkeys.admin import session

Handler = Callable[[HttpRequest], HttpResponse]

DESK = re.compile(r"^/admin(/|$)")
OPEN = frozenset(
    {"passkeys:sign_in", "passkeys:sign_in_options", "passkeys:enrol", "passkeys:enrol_options", "set_language"}
)
"""What anybody may ask for. Everything else below /admin is for an officer at an open desk."""
OF_PASSWORDS = re.compile(r"/(password|password_change)/")


def desk_guard(get_response: Handler) -> Handler:
    """After the session's and the messages' middleware, before everything that shows something."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        at = now()
        is_officer = _look_at(request, at)
        if not DESK.match(request.path) or request.path in {reverse(name) for name in OPEN}:
            return get_response(request)
        if not is_officer:
            return _to_sign_in(request)
        if OF_PASSWORDS.search(request.path) and not settings.SANDBOX:
            raise Http404
        session.slide(request, at=at)
        return _kept_nowhere(get_response(request))

    return middleware  # type: ignore[return-value]  # django-stubs: a response is a response


def _look_at(request: HttpRequest, at: datetime) -> bool:
    """Ends a session that is over, whatever was asked for: nobody downstream sees its officer."""
    if not session.has_session(request):
        return False
    if session.is_open(request, at=at):
        return True
    logout(request)
    return False


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """And back to the page one came from; a form that was sent is not sent again."""
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
    return _kept_nowhere(redirect_to_login(back, reverse("passkeys:sign_in")))


def _kept_nowhere(response: HttpResponse) -> HttpResponse:
    if not response.has_header("Cache-Control"):
        add_never_cache_headers(response)
    return response
