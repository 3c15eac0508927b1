"""What a session at the desk remembers: since when, until when, opened by which passkey."""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from apps.accounts.models import User
from apps.passkeys.models import Passkey

LASTS = timedelta(hours=12)
IDLE = timedelta(minutes=30)
NOTED_EVERY = timedelta(minutes=1)
RECENT = timedelta(minutes=10)

SINCE, SEEN, PASSKEY, SHOWN, CEREMONY = "desk_since", "desk_seen", "desk_passkey", "desk_shown", "desk_ceremony"


def opened(request: HttpRequest, *, at: datetime, passkey: Passkey | None = None) -> None:
    """Remember, right after ``login``, how it was opened."""
    request.session[SINCE] = request.session[SEEN] = at.timestamp()
    if passkey:
        shown(request, passkey=passkey, at=at)


def shown(request: HttpRequest, *, passkey: Passkey, at: datetime) -> None:
    """The officer has just used this passkey."""
    request.session[PASSKEY], request.session[SHOWN] = str(passkey.pk), at.timestamp()


def has_session(request: HttpRequest) -> bool:
    """Without a cookie nothing is asked, and nothing varies by cookie."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session


def is_open(request: HttpRequest, *, at: datetime) -> bool:
    """An open account of staff, a session neither old nor idle, and the passkey that opened it still there."""
    user = request.user
    if not (isinstance(user, User) and user.is_active and user.is_staff):
        return False
    since = request.session.setdefault(SINCE, at.timestamp())
    seen = request.session.setdefault(SEEN, at.timestamp())
    if at.timestamp() - since > LASTS.total_seconds() or at.timestamp() - seen > IDLE.total_seconds():
        return False
    key = request.session.get(PASSKEY)
    return Passkey.objects.of(user).filter(pk=key).exists() if key else settings.SANDBOX


def slide(request: HttpRequest, *, at: datetime) -> None:
    """Somebody turned a page. What a page asks for on its own is no sign of life."""
    is_person = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    if is_person and at.timestamp() - request.session[SEEN] > NOTED_EVERY.total_seconds():
        request.session[SEEN] = at.timestamp()


def officer_of(request: HttpRequest) -> User:
    """Who sits there. Only for pages behind the guard."""
    return cast("User", request.user)


def opened_by_password(request: HttpRequest) -> bool:
    """Sandbox only."""
    return settings.SANDBOX and PASSKEY not in request.session


def recent_passkey(request: HttpRequest, *, at: datetime, within: timedelta = RECENT) -> UUID | None:
    """The passkey this officer used in this session within that time, or nothing."""
    shown_at, key = request.session.get(SHOWN), request.session.get(PASSKEY)
    fresh = key and shown_at and 0 <= at.timestamp() - shown_at <= within.total_seconds()
    return UUID(key) if fresh else None
