"""Apple Push Notification service: HTTP/2, a provider token signed with ES256."""

import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from google.auth import jwt
from google.auth.crypt.es256 import ES256Signer

from apps.kernel.errors import Unavailable
from apps.notifications.channels.base import Uncertain, Undeliverable
from apps.notifications.channels.wire import Gone, post, told
from apps.notifications.models import PushToken

RENEWED_AFTER = 40 * 60
"""Seconds. Apple takes a provider token for an hour, and not a new one oftener than every twenty minutes."""
GONE = {"Unregistered", "ExpiredToken", "BadDeviceToken", "DeviceTokenNotForTopic"}
LATER = {403, 429, 503}


def is_on() -> bool:
    return bool(settings.APNS_KEY)


def send(token: PushToken, *, note: Mapping[str, Any], reference: str) -> None:
    """Raises ``Gone``, ``Unavailable``, ``Undeliverable``, ``Uncertain``.

    The ``apns-id`` is made of ``reference`` and the device, the same for every attempt; a second notification about
    the same message would take the first one's place (``apns-collapse-id``).
    """
    headers = {
        "authorization": f"bearer {_provider_token()}",
        "apns-topic": settings.APNS_TOPIC,
        "apns-push-type": "alert",
        "apns-priority": "10",
        "apns-expiration": str(int(time.time()) + note["seconds"]),
        "apns-id": str(uuid.uuid5(uuid.UUID(reference), str(token.pk))),
        "apns-collapse-id": note["message"],
    }
    aps = {"alert": {"title": note["title"], "body": note["body"]}, "sound": "default"}
    body = {"aps": aps, **{name: note[name] for name in ("message", "subject", "link")}}
    answer = post(f"{settings.APNS_URL}/3/device/{token.token}", headers=headers, body=body)
    if not answer.is_success:
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> Exception:
    """By ``reason`` (Apple, "Handling notification responses from APNs")."""
    error = told(answer)
    reason = str(error.get("reason", ""))
    if reason in GONE:
        since = error.get("timestamp")
        return Gone(datetime.fromtimestamp(since / 1000, UTC) if isinstance(since, int) else None)
    name = f"apns_{reason or answer.status_code}"[:64]
    if answer.status_code in LATER:
        return Unavailable(code=name)
    return Uncertain(name) if answer.is_server_error else Undeliverable(name)


def _provider_token() -> str:
    term = int(time.time()) // RENEWED_AFTER
    return _signed(settings.APNS_KEY, settings.APNS_KEY_ID, settings.APNS_TEAM_ID, term)


@lru_cache(maxsize=2)
def _signed(file: str, key_id: str, team: str, term: int) -> str:
    """One for each term of forty minutes. Raises ``Unavailable`` for a file that holds no key."""
    try:
        signer = ES256Signer.from_string(Path(file).read_bytes(), key_id=key_id)
    except (OSError, ValueError):
        raise Unavailable(code="apns_key") from None
    said = {"iss": team, "iat": int(time.time())}
    return str(jwt.encode(signer, said).decode())  # type: ignore[no-untyped-call]
