"""The sign-in page: a passkey, and in the sandbox also the password that the demo printed."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate, login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts.models import User
from apps.kernel.errors import DomainError
from apps.passkeys import services
from apps.passkeys.admin import ceremonies, session
from apps.passkeys.models import Passkey
from apps.passkeys.party import named_address, party
from apps.passkeys.statuses import Purpose

BACKEND = "apps.passkeys.backends.Passkeys"


@ceremonies.options
def sign_in_options(request: HttpRequest, at: datetime) -> dict[str, Any]:
    return dict(ceremonies.asked(request, purpose=Purpose.SIGN_IN, at=at))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    at, goal = now(), _goal(request)
    if request.method != "POST":
        return redirect(goal) if request.user.is_authenticated else _page(request, goal)
    if "credential" in request.POST:
        return _by_passkey(request, goal, at)
    if settings.SANDBOX:
        return _by_password(request, goal, at)
    return _page(request, goal, status=403)


def _by_passkey(request: HttpRequest, goal: str, at: datetime) -> HttpResponse:
    try:
        passkey = _verified(request, at)
        user = authenticate(request, passkey=passkey)
        if user is None:
            raise services.Refused("account_closed", passkey.user)
    except DomainError as refused:
        services.note_failure(
            "sign_in_failed", why=getattr(refused, "why", refused.code), user=getattr(refused, "user", None), at=at
        )
        return _page(request, goal, problem=str(refused), status=403)
    login(request, user, backend=BACKEND)
    session.opened(request, passkey=passkey, at=at)
    services.note("staff_signed_in", user=passkey.user, at=at, passkey=str(passkey.pk))
    return redirect(goal)


def _verified(request: HttpRequest, at: datetime) -> Passkey:
    ceremony = ceremonies.answered(request, purpose=Purpose.SIGN_IN, at=at)
    answer = request.POST["credential"]
    return services.verify(ceremony=ceremony, answer=answer, party=party(request), at=at)


def _by_password(request: HttpRequest, goal: str, at: datetime) -> HttpResponse:
    form = AdminAuthenticationForm(request, data=request.POST)
    if not form.is_valid():
        _note_wrong_password(request.POST.get("username", ""), at)
        return _page(request, goal, form=form)
    user = form.get_user()
    login(request, user)
    session.opened(request, at=at)
    if isinstance(user, User):
        services.note("staff_signed_in", user=user, at=at, passkey=None)
    messages.info(request, _("You signed in with a sandbox password. Under your name you can add a passkey."))
    return redirect(goal)


def _note_wrong_password(username: str, at: datetime) -> None:
    """Only for accounts there are: what is typed as a name may be a password, and strangers fill no tables."""
    known = User.objects.filter(username=username.replace("\0", ""), is_staff=True).first()
    if known:
        services.note_failure("sign_in_failed", why="wrong_password", user=known, at=at)


def _page(
    request: HttpRequest,
    goal: str,
    *,
    form: AdminAuthenticationForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    shown = {
        "next": goal,
        "form": (form or AdminAuthenticationForm(request)) if settings.SANDBOX else None,
        "problem": problem,
        "named_address": named_address(request),
    }
    return render(request, "passkeys/sign_in.html", shown, status=status)


def _goal(request: HttpRequest) -> str:
    """Where the officer was going, if that is on this desk."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure())
    here = reverse("passkeys:sign_in")
    return wanted if is_ours and not wanted.startswith(here) else reverse("admin:index")
