"""Google's side: sign-in by service account (RFC 7523) and ``projects.messages.send`` of FCM HTTP v1."""

import json
import re
import secrets
import time
from typing import Any
from urllib.parse import parse_qs

from deploy.simulators.push import PROJECT
from deploy.simulators.push.books import Books, Trouble
from deploy.simulators.push.keys import ACCOUNT, BadToken, Keys

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"
SCOPES = {
    "https://www.googleapis.com/auth/firebase.messaging",
    "https://www.googleapis.com/auth/cloud-platform",
}
HOUR = 3600
LARGEST = 4096
TOKEN = re.compile(r"[0-9A-Za-z:_-]{20,1024}")
RESERVED = re.compile(r"from|message_type|google.*|gcm.*")
STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
          429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}  # fmt: skip
FAULTS = {"unavailable": (503, "UNAVAILABLE"), "quota": (429, "QUOTA_EXCEEDED")}
NOTIFICATION = {"title", "body", "image"}
ANDROID = {"collapse_key", "priority", "ttl", "restricted_package_name", "data", "notification", "fcm_options"}
MESSAGE = {"token", "notification", "data", "android", "apns", "webpush", "fcm_options"}
ANDROID_NOTE = {"title", "body", "icon", "color", "sound", "tag", "click_action", "channel_id", "ticker", "visibility"}


class Google:
    def __init__(self, keys: Keys, books: Books) -> None:
        self._keys, self._books = keys, books
        self._tokens: dict[str, float] = {}

    def sign_in(self, body: bytes) -> dict[str, Any]:
        """An access token, good for an hour. Raises ``Trouble`` with OAuth's ``error`` (RFC 6749 §5.2)."""
        form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
        if form.get("grant_type") != GRANT:
            raise Trouble(400, "unsupported_grant_type")
        try:
            claims = self._keys.read_google(form.get("assertion", ""))
        except BadToken:
            raise Trouble(400, "invalid_grant", error_description="Invalid JWT Signature.") from None
        made, ends = claims.get("iat"), claims.get("exp")
        if not (isinstance(made, int) and isinstance(ends, int) and made - 300 <= time.time() < ends <= made + HOUR):
            raise Trouble(400, "invalid_grant", error_description="Invalid JWT: iat and exp are not reasonable.")
        if (claims.get("iss"), claims.get("aud")) != (ACCOUNT, AUDIENCE):
            raise Trouble(400, "invalid_grant", error_description="Invalid issuer or audience.")
        if not SCOPES & set(str(claims.get("scope", "")).split()):
            raise Trouble(400, "invalid_scope")
        token = f"ya29.{secrets.token_urlsafe(32)}"
        self._tokens[token] = time.time() + HOUR
        return {"access_token": token, "expires_in": HOUR - 1, "token_type": "Bearer"}

    def send(self, project: str, authorization: str, body: bytes, fault: str) -> dict[str, Any]:
        """The name of the message. Raises ``Trouble``."""
        if self._tokens.get(authorization.removeprefix("Bearer "), 0) < time.time():
            raise Trouble(401, "UNAUTHENTICATED")
        if project != PROJECT:
            raise Trouble(403, "SENDER_ID_MISMATCH", fcm=True)
        if fault in FAULTS:
            raise Trouble(*FAULTS[fault], fcm=True)
        message = read(body)
        token, id_ = message["token"], f"projects/{PROJECT}/messages/{secrets.token_hex(8)}"
        if token in self._books.gone:
            raise Trouble(404, "UNREGISTERED", fcm=True)
        android = message.get("android", {})
        collapse = android.get("notification", {}).get("tag", "")
        note = {**message.get("notification", {}), "data": message.get("data", {}), "collapse": collapse}
        self._books.take("fcm", token, id_, note)
        return {"name": id_}


def problem(trouble: Trouble) -> dict[str, Any]:
    """As google.rpc.Status spells an error; ``fcm=True`` adds the detail of FCM, ``field`` that of a bad request."""
    kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
    details: list[dict[str, Any]] = [{"@type": kind, "errorCode": trouble.code}] if trouble.more.get("fcm") else []
    if field := trouble.more.get("field"):
        violation = {"field": field, "description": "Invalid value"}
        details = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}]
    status = STATUS[trouble.status]
    error = {"code": trouble.status, "message": trouble.code, "status": status, "details": details}
    return {"error": error}


def read(body: bytes) -> dict[str, Any]:
    """The message of a request, every field of it known. Raises ``Trouble`` (400)."""
    try:
        asked = json.loads(body)
    except ValueError:
        raise Trouble(400, "INVALID_ARGUMENT", field="body") from None
    _only(asked, {"message", "validate_only"}, "body")
    message = asked.get("message")
    _only(message, MESSAGE, "message")
    _strings(message.get("notification", {}), NOTIFICATION, "message.notification")
    _only(message.get("android", {}), ANDROID, "message.android")
    _strings(message.get("android", {}).get("notification", {}), ANDROID_NOTE, "message.android.notification")
    _check_android(message.get("android", {}))
    _check_data(message.get("data", {}))
    if len(body) > LARGEST:
        raise Trouble(400, "INVALID_ARGUMENT", fcm=True)
    token = message.get("token")
    if not (isinstance(token, str) and TOKEN.fullmatch(token)):
        raise Trouble(400, "INVALID_ARGUMENT", fcm=True)
    return dict(message)


def _check_android(android: dict[str, Any]) -> None:
    if str(android.get("priority", "normal")).upper() not in {"NORMAL", "HIGH"}:
        raise Trouble(400, "INVALID_ARGUMENT", field="message.android.priority")
    if not re.fullmatch(r"[0-9]{1,7}(?:\.[0-9]{1,9})?s", str(android.get("ttl", "1s"))):
        raise Trouble(400, "INVALID_ARGUMENT", field="message.android.ttl")


def _check_data(data: Any) -> None:
    _strings(data, set(data) if isinstance(data, dict) else set(), "message.data")
    for name in data:
        if RESERVED.fullmatch(name):
            raise Trouble(400, "INVALID_ARGUMENT", field=f"message.data.{name}")


def _only(given: Any, known: set[str], field: str) -> None:
    if not isinstance(given, dict) or set(given) - known:
        raise Trouble(400, "INVALID_ARGUMENT", field=field)


def _strings(given: Any, known: set[str], field: str) -> None:
    _only(given, known, field)
    if not all(isinstance(value, str) for value in given.values()):
        raise Trouble(400, "INVALID_ARGUMENT", field=field)
