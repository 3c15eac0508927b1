"""One connection pool for pushes, and what a broken line means."""

import ssl
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import httpx
from django.conf import settings

from apps.kernel.errors import Unavailable
from apps.notifications.channels.base import Uncertain

TIMEOUT = httpx.Timeout(6, connect=4)
KEEP = httpx.Limits(max_connections=4, keepalive_expiry=60)
"""Apple asks for lasting connections. An idle one is dropped before they would."""


class Gone(Exception):
    """The service no longer knows the device; ``since``, if it says since when."""

    def __init__(self, since: datetime | None = None) -> None:
        self.since = since
        super().__init__()


def post(url: str, *, headers: Mapping[str, str], body: Any) -> httpx.Response:
    """Raises ``Unavailable`` when nothing left the house, ``Uncertain`` when it may have."""
    try:
        return client(settings.PUSH_CA).post(url, headers=dict(headers), json=body, timeout=TIMEOUT)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        raise Unavailable(code="push_unreachable") from None
    except httpx.TransportError as error:
        raise Uncertain(type(error).__name__) from None


def told(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer, or an empty one."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@cache
def client(ca: str) -> httpx.Client:
    """HTTP/2 where the other side has it (Apple has nothing else). One per process, made where it is first used."""
    trusted = ssl.create_default_context(cafile=ca) if ca else ssl.create_default_context()
    return httpx.Client(http2=True, verify=trusted, timeout=TIMEOUT, limits=KEEP)
