"""Those who act in the journeys: a phone held against the schema, without a network in between."""

import json
import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from django.utils.timezone import now
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.accounts.services import devices
from apps.cases.models import Case
from deploy.demo.contract import Contract


@cache
def contract() -> Contract:
    """The schema the server publishes."""
    return Contract(SchemaGenerator().get_schema(request=None, public=True))


class Phone:
    """A signed-in phone. Every answer, wanted or not, must be one that the schema promises."""

    def __init__(self, user: User | None, *, language: str = "en") -> None:
        self.client = APIClient()
        self.language = language
        if user is not None:
            token = devices.new_token()
            facts = {"name": "test phone", "channel": "email", "trusted_by": "first"}
            self.device = devices.add(user=user, token=token, language=language, at=now(), **facts)
            self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    def send(self, method: str, path: str, body: Any = None, *, key: str = "", version: str = "", **query: str) -> Any:
        headers = {"Accept-Language": self.language}
        if method == "POST":
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        if version:
            headers["If-Match"] = version
        answer = self.client.generic(
            method,
            path,
            data=_json(body),
            content_type="application/json",
            headers=headers,
            QUERY_STRING="&".join(f"{name}={value}" for name, value in query.items()),
        )
        answer.parsed = answer.json() if answer.content else None
        contract().check(
            method,
            path,
            status=answer.status_code,
            content_type=answer.headers.get("Content-Type", ""),
            body=answer.parsed,
        )
        return answer

    def sign_in(self, address: str) -> None:
        """By one-time code; the sandbox's own addresses accept a fixed one."""
        challenge = self.post("/api/v1/auth/challenges", to=address).parsed["challenge"]
        token = self.post("/api/v1/auth/tokens", challenge=challenge, code="000000", device_name="phone").parsed[
            "token"
        ]
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    def get(self, path: str, **query: str) -> Any:
        return self.send("GET", path, **query)

    def post(self, path: str, key: str = "", **body: Any) -> Any:
        return self.send("POST", path, body, key=key)

    def patch(self, path: str, version: str, **body: Any) -> Any:
        return self.send("PATCH", path, body, version=version)

    def put(self, upload: dict[str, Any], content: bytes) -> None:
        """Send the bytes of an announced file to the address that came with it."""
        answer = self.client.generic(
            "PUT", urlsplit(upload["url"]).path, data=content, content_type=upload["headers"]["Content-Type"]
        )
        assert answer.status_code == 204, answer.content

    def read(self, address: dict[str, Any]) -> bytes:
        """Follow an address the server gave to this phone."""
        answer = self.client.get(urlsplit(address["url"]).path)
        assert answer.status_code == 200, answer.content
        return b"".join(answer.streaming_content)


def _json(body: Any) -> str:
    return "" if body is None else json.dumps(body)


class Desk:
    """An officer's browser: the buttons of the case page."""

    def __init__(self, officer: User) -> None:
        self.client = Client(headers={"Accept-Language": "en"})
        self.client.force_login(officer, backend=settings.AUTHENTICATION_BACKENDS[0])

    def move(self, case: str, name: str, *, reasons: Sequence[str] = (), note: str = "") -> None:
        """Press it; the page must lead on to the case, not complain."""
        version = Case.objects.get(pk=case).version
        answer = self.client.post(
            f"/admin/cases/case/{case}/change/",
            {"move": name, "version": version, "reasons": list(reasons), "note": note},
        )
        assert answer.status_code == 302, answer.content.decode()[:2000]
