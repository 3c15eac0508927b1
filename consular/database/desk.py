"""The staff's requests: one transaction each, in which the database knows who asks; refusals on record."""

from collections.abc import Callable

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now

from apps.accounts.models import User
from apps.audit.services import record
from apps.kernel.workflow import Actor, By

Handler = Callable[[HttpRequest], HttpResponse]
BROKEN, REFUSED, MISSING = 500, 403, 404


def as_the_officer(get_response: Handler) -> Handler:
    """Sits below authentication. Nobody signed in: no transaction, and no rows of any post.

    What the view answers is rendered inside the transaction; a body that is streamed is not, so it must have read
    its rows before. An answer of 5xx undoes what was written.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return _at_the_door(request, None, get_response)
        user = request.user if request.user.is_authenticated else None
        if user is None or not user.is_staff:
            return _at_the_door(request, None, get_response)
        with transaction.atomic():
            tell_database(user)
            response = _at_the_door(request, user, get_response)
            if response.status_code >= BROKEN:
                transaction.set_rollback(True)
            else:
                _note_refusal(request, response, user)
        return response

    return middleware


def tell_database(user: User) -> None:
    """For this transaction only: a pooled connection forgets it at the end, whatever happens."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('consular.officer', %s, true)", [str(user.pk)])


def _at_the_door(request: HttpRequest, before: User | None, get_response: Handler) -> HttpResponse:
    """Answer, and record who left; who comes in, or is not let in, is recorded by the door itself (passkeys)."""
    response = get_response(request)
    if before and request.session.accessed and not request.user.is_authenticated:
        _note("staff_signed_out", before, f"account:{before.pk}")
    return response


def _note_refusal(request: HttpRequest, response: HttpResponse, user: User) -> None:
    match = request.resolver_match
    if match and (response.status_code in {REFUSED, MISSING} or _is_turned_away(request, response)):
        asked = " ".join(str(value) for value in match.kwargs.values())
        _note("desk_refused", user, f"desk:{match.view_name}", of=asked[:100])


def _is_turned_away(request: HttpRequest, response: HttpResponse) -> bool:
    """The desk answers an object that is not there, or not in sight, by leading back to its own pages."""
    of_one = _view(request).endswith(("_change", "_delete", "_history"))
    return request.method == "GET" and of_one and response.has_header("Location")


def _view(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def _note(action: str, who: User, subject: str, **detail: str) -> None:
    record(actor=Actor(By.OFFICER, who), action=action, subject=subject[:100], at=now(), citizen=None, **detail)
