"""A citizen's phone: JSON over HTTP, every answer held against the schema."""

import time
import uuid
from typing import Any

import httpx

from deploy.demo.contract import Contract

PATIENCE = 90.0
"""Seconds a worker is given for something a person would wait for."""


class Refused(Exception):
    """The server answered with a problem (RFC 9457)."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        super().__init__(" ".join(str(problem.get(name, "")) for name in ("status", "code", "detail", "errors")))


class Phone:
    def __init__(self, http: httpx.Client, contract: Contract, *, language: str) -> None:
        self._http = http
        self._contract = contract
        self._headers = {"Accept-Language": language}

    def get(self, path: str, **query: str) -> Any:
        return self._call("GET", path, params=query)

    def post(self, path: str, **body: Any) -> Any:
        return self._call("POST", path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})

    def patch(self, path: str, *, version: str, **body: Any) -> Any:
        return self._call("PATCH", path, json=body, headers={"If-Match": version})

    def version(self, path: str) -> str:
        """The ETag of what is there now."""
        answer = self._send("GET", path)
        return answer.headers["ETag"]

    def sign_in(self, address: str, code: str) -> None:
        challenge = self.post("/api/v1/auth/challenges", to=address)
        token = self.post("/api/v1/auth/tokens", challenge=challenge["challenge"], code=code, device_name="Demo phone")
        self._headers["Authorization"] = f"Bearer {token['token']}"

    def upload(self, picture: bytes, *, citizen: str, kind: str) -> str:
        """Announce, send, complete, and wait until a worker has cleaned it. Answers the file's id."""
        made = self.post("/api/v1/files", citizen=citizen, kind=kind, content_type="image/jpeg", size=len(picture))
        address = made["upload"]
        self._send("PUT", address["url"], content=picture, headers=address["headers"]).raise_for_status()
        file = made["file"]["id"]
        self.post(f"/api/v1/files/{file}/complete")
        self.wait(f"/api/v1/files/{file}", lambda found: found["status"] == "clean", "the picture is cleaned")
        return str(file)

    def read(self, url: str) -> bytes:
        """Follow an address the server gave to this phone."""
        return self._send("GET", url).raise_for_status().content

    def wait(self, path: str, enough: Any, what: str) -> Any:
        """Read an address until it says what we wait for. Raises ``TimeoutError`` with what it said last."""
        until = time.monotonic() + PATIENCE
        while True:
            found = self.get(path)
            if enough(found):
                return found
            if time.monotonic() > until:
                raise TimeoutError(f"waited {PATIENCE:.0f} s until {what}; last answer: {found}")
            time.sleep(0.2)

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {**self._headers, **more.pop("headers", {})}
        return self._http.request(method, path, headers=headers, **more)

    def _call(self, method: str, path: str, **more: Any) -> Any:
        answer = self._send(method, path, **more)
        body = answer.json() if answer.content else None
        self._contract.check(
            method,
            path,
            status=answer.status_code,
            content_type=answer.headers.get("content-type", ""),
            body=body,
        )
        if answer.is_error:
            raise Refused(body or {})
        return body
