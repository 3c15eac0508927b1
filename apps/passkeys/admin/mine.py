"""An officer's own passkeys: see, add, remove."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.kernel.errors import DomainError, Forbidden
from apps.passkeys import services
from apps.passkeys.admin import ceremonies, confirm, enrolment, session
from apps.passkeys.models import Passkey
from apps.passkeys.party import named_address
from apps.passkeys.statuses import Purpose

WHAT = "passkeys:{user}"


def may_add(request: HttpRequest, *, at: datetime) -> bool:
    """A desk left open must not be enough to add a way in."""
    return session.opened_by_password(request) or session.recent_passkey(request, at=at) is not None


@ceremonies.options
def mine_options(request: HttpRequest, at: datetime) -> dict[str, Any]:
    if not may_add(request, at=at):
        raise Forbidden(code="confirmation_needed")
    return dict(ceremonies.asked(request, purpose=Purpose.ENROL, user=session.officer_of(request), at=at))


@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    at = now()
    if request.method != "POST":
        return _page(request, at)
    act = {"add": _add, "remove": _remove, "confirm": _confirm}.get(request.POST.get("do", ""))
    try:
        if act is None:
            raise Forbidden
        messages.success(request, act(request, at))
    except DomainError as refused:
        messages.error(request, str(refused))
    return redirect("passkeys:mine")


def _add(request: HttpRequest, at: datetime) -> str:
    try:
        if not may_add(request, at=at):
            raise Forbidden(code="confirmation_needed")
        ceremony = ceremonies.answered(request, purpose=Purpose.ENROL, at=at)
        services.add(user=session.officer_of(request), candidate=enrolment.candidate(request, ceremony), at=at)
    except DomainError as refused:
        enrolment.note_refusal(refused, at=at)
        raise
    return _("The passkey was added.")


def _remove(request: HttpRequest, at: datetime) -> str:
    officer, key = session.officer_of(request), request.POST.get("passkey", "")
    known = {str(passkey.pk): passkey for passkey in Passkey.objects.of(officer)}
    if key not in known:
        raise Forbidden
    services.remove(passkey=known[key], by=officer, at=at)
    return _("The passkey was removed.")


def _confirm(request: HttpRequest, at: datetime) -> str:
    what = WHAT.format(user=session.officer_of(request).pk)
    made = confirm.confirmed(request, what=what, at=at)
    services.spend(confirmation=made.pk, officer=made.officer, what=what, at=at)
    return _("Confirmed.")


def _page(request: HttpRequest, at: datetime) -> HttpResponse:
    officer = session.officer_of(request)
    shown = {
        **admin.site.each_context(request),
        "title": _("My passkeys"),
        "passkeys": Passkey.objects.of(officer),
        "current": request.session.get(session.PASSKEY),
        "may_add": may_add(request, at=at),
        "what": WHAT.format(user=officer.pk),
        "named_address": named_address(request),
    }
    return TemplateResponse(request, "passkeys/mine.html", shown)
