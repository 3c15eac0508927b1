"""Apple's side ("Sending notification requests to APNs", "Handling notification responses from APNs")."""

import json
import re
import time
import uuid
from collections.abc import Mapping
from typing import Any

from deploy.simulators.push import KEY_ID, TEAM_ID, TOPIC
from deploy.simulators.push.books import Books, Trouble
from deploy.simulators.push.keys import BadToken, Keys

HOUR = 3600
LARGEST = 4096
LONGEST_COLLAPSE_ID = 64
DEVICE = re.compile(r"(?:[0-9a-fA-F]{2}){32,100}")
TYPES = {"alert", "background", "controls", "location", "voip", "complication", "fileprovider", "mdm", "liveactivity"}
FAULTS = {"unavailable": (503, "ServiceUnavailable"), "quota": (429, "TooManyRequests")}


class Apple:
    def __init__(self, keys: Keys, books: Books) -> None:
        self._keys, self._books = keys, books

    def send(self, device: str, headers: Mapping[str, str], body: bytes, fault: str) -> None:
        """Take one notification. Raises ``Trouble`` with Apple's ``reason``."""
        self._check_provider(headers.get("authorization", ""))
        _check_headers(headers)
        note = _payload(body)
        if not DEVICE.fullmatch(device):
            raise Trouble(400, "BadDeviceToken")
        if device in self._books.gone:
            raise Trouble(410, "Unregistered", timestamp=int(self._books.gone[device] * 1000))
        if fault in FAULTS:
            raise Trouble(*FAULTS[fault])
        note["collapse"] = headers.get("apns-collapse-id", "")
        self._books.take("apns", device, headers["apns-id"], note)

    def _check_provider(self, authorization: str) -> None:
        if not authorization.lower().startswith("bearer "):
            raise Trouble(403, "MissingProviderToken")
        try:
            claims = self._keys.read_apple(authorization[7:], KEY_ID)
        except BadToken:
            raise Trouble(403, "InvalidProviderToken") from None
        made = claims.get("iat")
        if claims.get("iss") != TEAM_ID or not isinstance(made, int):
            raise Trouble(403, "InvalidProviderToken")
        if not made - 60 <= time.time() <= made + HOUR:
            raise Trouble(403, "ExpiredProviderToken")


def _check_headers(headers: Mapping[str, str]) -> None:
    if not headers.get("apns-topic"):
        raise Trouble(400, "MissingTopic")
    if headers["apns-topic"] != TOPIC:
        raise Trouble(400, "DeviceTokenNotForTopic")
    try:
        uuid.UUID(headers["apns-id"])
    except ValueError:
        raise Trouble(400, "BadMessageId") from None
    if headers.get("apns-push-type", "alert") not in TYPES:
        raise Trouble(400, "InvalidPushType")
    if headers.get("apns-priority", "10") not in {"1", "5", "10"}:
        raise Trouble(400, "BadPriority")
    if not re.fullmatch("[0-9]{1,12}", headers.get("apns-expiration", "0")):
        raise Trouble(400, "BadExpirationDate")
    if len(headers.get("apns-collapse-id", "").encode()) > LONGEST_COLLAPSE_ID:
        raise Trouble(400, "BadCollapseId")


def _payload(body: bytes) -> dict[str, Any]:
    if len(body) > LARGEST:
        raise Trouble(413, "PayloadTooLarge")
    try:
        said = json.loads(body)
        alert = said["aps"]["alert"]
    except (ValueError, KeyError, TypeError):
        raise Trouble(400, "PayloadEmpty") from None
    words = alert if isinstance(alert, dict) else {"body": str(alert)}
    return {**words, "data": {name: value for name, value in said.items() if name != "aps"}}
