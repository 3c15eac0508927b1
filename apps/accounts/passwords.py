"""The officers' password door: at most ten comparisons per account and quarter of an hour (security C5)."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from apps.accounts.models import User
from apps.accounts.services import limits
from apps.kernel.errors import TooMany


class CountedPasswords(ModelBackend):
    """Django's own check, counted before it happens and forgiven when the password was right.

    For ``AUTHENTICATION_BACKENDS``. A refused attempt looks like a wrong password.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **more: Any
    ) -> User | None:
        if not username or password is None or "\0" in username:
            return None
        who = username.casefold()
        try:
            limits.count(what="password", who=who, limits=limits.PASSWORDS)
        except TooMany:
            return None
        user = super().authenticate(request, username=username, password=password, **more)
        if not isinstance(user, User) or not user.is_staff:
            return None
        limits.clear(what="password", who=who, limits=limits.PASSWORDS)
        return user
