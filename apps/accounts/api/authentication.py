"""Who calls: an opaque token in ``Authorization: Bearer``, looked up by its hash."""

import re
from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accounts.models import Device, User
from apps.accounts.services import devices

BEARER = re.compile(r"Bearer (cc_[\w-]{43})", re.ASCII)


class TokenAuthentication(BaseAuthentication):
    """``request.user`` is the account, ``request.auth`` the device. Anything but a live token is a 401."""

    def authenticate(self, request: Request) -> tuple[User, Device] | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        token = BEARER.fullmatch(header)
        device = devices.find(token[1]) if token else None
        if device is None:
            raise AuthenticationFailed
        devices.seen(device=device, at=timezone.now())
        return device.user, device

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The `token` answered by `POST /auth/tokens`. Opaque; signing out revokes it.",
        }
