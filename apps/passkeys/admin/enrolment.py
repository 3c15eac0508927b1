"""The page behind an enrolment link. Its secret stands after the ``#``: no server log ever sees it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.kernel.errors import DomainError
from apps.passkeys import services
from apps.passkeys.admin import ceremonies
from apps.passkeys.models import Ceremony
from apps.passkeys.party import named_address, party
from apps.passkeys.statuses import Purpose


@ceremonies.options
def enrol_options(request: HttpRequest, at: datetime) -> dict[str, Any]:
    invited = services.invited(token=request.POST.get("token", ""))
    return dict(ceremonies.asked(request, purpose=Purpose.ENROL, user=invited.user, at=at))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    at = now()
    try:
        ceremony = ceremonies.answered(request, purpose=Purpose.ENROL, at=at)
        services.enrol(token=request.POST.get("token", ""), candidate=candidate(request, ceremony), at=at)
    except DomainError as refused:
        note_refusal(refused, at=at)
        return _page(request, problem=str(refused), status=403)
    messages.success(request, _("Your passkey is ready. Sign in with it now."))
    return redirect("passkeys:sign_in")


def candidate(request: HttpRequest, ceremony: Ceremony) -> services.Candidate:
    answer, name = request.POST.get("credential", ""), request.POST.get("name", "")
    return services.Candidate(ceremony=ceremony, answer=answer, name=name, party=party(request))


def note_refusal(refused: DomainError, *, at: datetime) -> None:
    why, user = getattr(refused, "why", refused.code), getattr(refused, "user", None)
    services.note_failure("enrolment_failed", why=why, user=user, at=at)


def _page(request: HttpRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    shown = {"problem": problem, "named_address": named_address(request)}
    return render(request, "passkeys/enrol.html", shown, status=status)
