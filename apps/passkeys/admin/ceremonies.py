"""The halves of a ceremony as the browser sees them: options out, answer in."""

from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import now
from django.views.decorators.http import require_POST
from rest_framework.request import Request

from apps.accounts.api.caller import caller
from apps.accounts.models import User
from apps.accounts.services import limits
from apps.kernel.errors import DomainError, TooMany
from apps.passkeys import services
from apps.passkeys.admin import session
from apps.passkeys.models import Ceremony
from apps.passkeys.party import party
from apps.passkeys.statuses import Purpose

FROM_ONE_CALLER = (limits.Limit(600, timedelta(hours=1)),)
"""A whole embassy may share an address; a guesser gains nothing, but fills tables."""


class Options(Protocol):
    def __call__(self, request: HttpRequest, at: datetime) -> dict[str, Any]: ...


def counted(request: HttpRequest) -> None:
    """Raises ``TooMany``."""
    limits.count(what="passkey", who=caller(Request(request)), limits=FROM_ONE_CALLER)


def options(view: Options) -> Any:
    """A view that answers options as JSON, and a refusal as a sentence."""

    @require_POST
    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        try:
            counted(request)
            return JsonResponse(view(request, at=now()))
        except DomainError as refused:
            status = 429 if isinstance(refused, TooMany) else 403
            return JsonResponse({"code": refused.code, "detail": str(refused)}, status=status)

    return wrapped


def asked(request: HttpRequest, *, purpose: Purpose, at: datetime, user: User | None = None, what: str = "") -> Any:
    """Begin, and tie the question to this browser."""
    ceremony = services.begin(purpose=purpose, user=user, what=what, at=at)
    request.session[session.CEREMONY] = str(ceremony.pk)
    make = services.creation_options if purpose is Purpose.ENROL else services.request_options
    return make(ceremony=ceremony, party=party(request))


def answered(request: HttpRequest, *, purpose: Purpose, at: datetime) -> Ceremony:
    """The question this browser was asked, taken. Raises ``Forbidden`` or ``TooMany``."""
    counted(request)
    return services.take(pk=request.session.pop(session.CEREMONY, None), purpose=purpose, at=at)
