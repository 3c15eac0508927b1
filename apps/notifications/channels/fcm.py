"""Firebase Cloud Messaging, HTTP v1 (``projects.messages.send``), signed in by a service account."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
from django.conf import settings
from google.auth import exceptions, transport
from google.oauth2.service_account import Credentials

from apps.kernel.errors import Unavailable
from apps.notifications.channels.base import Uncertain, Undeliverable
from apps.notifications.channels.wire import Gone, client, post, told
from apps.notifications.models import PushToken

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GONE = {"UNREGISTERED", "SENDER_ID_MISMATCH", "INVALID_ARGUMENT"}
"""Of the kind FcmError: there the argument that is invalid is the registration."""
LATER = {401, 403, 429, 503}
ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"


def is_on() -> bool:
    return bool(settings.FCM_CREDENTIALS)


def send(token: PushToken, *, note: Mapping[str, Any], reference: str) -> None:
    """Raises ``Gone``, ``Unavailable``, ``Undeliverable``, ``Uncertain``. ``reference`` is for those who keep one."""
    account = _account(settings.FCM_CREDENTIALS)
    shown = {"title": note["title"], "body": note["body"]}
    android = {"priority": "HIGH", "ttl": f"{note['seconds']}s", "notification": {"tag": note["message"]}}
    data = {name: note[name] for name in ("message", "subject", "link")}
    answer = post(
        f"{settings.FCM_URL}/v1/projects/{account.project_id}/messages:send",
        headers={"authorization": f"Bearer {_bearer(account)}"},
        body={"message": {"token": token.token, "notification": shown, "data": data, "android": android}},
    )
    if not answer.is_success:
        raise _refusal(answer)


def _refusal(answer: httpx.Response) -> Exception:
    error = told(answer).get("error") or {}
    details = error.get("details") or [] if isinstance(error, dict) else []
    code = next((one.get("errorCode", "") for one in details if one.get("@type") == ERROR), "")
    if code in GONE:
        return Gone()
    name = f"fcm_{code or answer.status_code}"[:64]
    if answer.status_code in LATER:
        return Unavailable(code=name)
    return Uncertain(name) if answer.is_server_error else Undeliverable(name)


@cache
def _account(file: str) -> Credentials:
    """Raises ``Unavailable`` for a file that is none: somebody can put that right."""
    try:
        account: Credentials = Credentials.from_service_account_file(file, scopes=[SCOPE])  # type: ignore[no-untyped-call]
    except (OSError, ValueError):
        raise Unavailable(code="fcm_credentials") from None
    return account


def _bearer(account: Credentials) -> str:
    """Good for an hour, and fetched anew shortly before."""
    try:
        if not account.valid:
            account.refresh(_Line())  # type: ignore[no-untyped-call]
    except exceptions.GoogleAuthError:
        raise Unavailable(code="fcm_sign_in") from None
    return str(account.token)


class _Answer(transport.Response):
    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    @property
    def status(self) -> int:
        return self._answer.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._answer.headers

    @property
    def data(self) -> bytes:
        return self._answer.content


class _Line(transport.Request):
    """google-auth over our own HTTP client."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> _Answer:
        try:
            return _Answer(client(settings.PUSH_CA).request(method, url, content=body, headers=headers))
        except httpx.TransportError as error:
            raise exceptions.TransportError(error) from error  # type: ignore[no-untyped-call]
