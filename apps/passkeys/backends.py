from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from apps.accounts.models import User
from apps.passkeys.models import Passkey


class Passkeys(ModelBackend):
    """Lets in who showed a passkey. In production it is the only way, so no other session is anybody's."""

    def authenticate(  # type: ignore[override]  # a passkey is no password
        self, request: HttpRequest | None, *, passkey: Passkey
    ) -> User | None:
        """``passkey`` was verified by ``services.verify`` in this request."""
        user = passkey.user
        return user if user.is_staff and self.user_can_authenticate(user) else None
