"""Both doors as one ASGI application."""

import asyncio
import json
import re
import uuid
from collections.abc import Awaitable, Callable
from html import escape
from typing import Any

from deploy.simulators.push.apns import Apple
from deploy.simulators.push.books import FAULTS, LATE_SECONDS, Books, Trouble
from deploy.simulators.push.fcm import Google, problem
from deploy.simulators.push.keys import Keys

Send = Callable[[Any], Awaitable[None]]
Receive = Callable[[], Awaitable[Any]]
LARGEST = 64 * 1024
SEND = re.compile(r"/v1/projects/([^/]+)/messages:send")


class Services:
    def __init__(self, keys: Keys, books: Books) -> None:
        self._books = books
        self._google, self._apple = Google(keys, books), Apple(keys, books)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        body = await _body(receive)
        if scope["scheme"] == "https":
            await self._serve_apple(scope, headers, body, send)
        else:
            await self._serve_google(scope, headers, body, send)

    async def _serve_apple(self, scope: Any, headers: dict[str, str], body: bytes, send: Send) -> None:
        headers.setdefault("apns-id", str(uuid.uuid4()))
        fault, status, told = self._books.next_fault(), 200, dict[str, Any]()
        try:
            if scope["http_version"] != "2":
                raise Trouble(505, "HTTP/2 only")
            if scope["method"] != "POST":
                raise Trouble(405, "MethodNotAllowed")
            if not scope["path"].startswith("/3/device/"):
                raise Trouble(404, "BadPath")
            self._apple.send(scope["path"].removeprefix("/3/device/"), headers, body, fault)
            await _after(fault, "InternalServerError")
        except Trouble as trouble:
            status, told = trouble.status, {"reason": trouble.code, **trouble.more}
        await _answer(send, status, json.dumps(told).encode() if told else b"", id=headers["apns-id"])

    async def _serve_google(self, scope: Any, headers: dict[str, str], body: bytes, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        if path == "/":
            await _answer(send, 200, self._page().encode(), kind="text/html; charset=utf-8")
            return
        try:
            if method == "POST" and (found := SEND.fullmatch(path)):
                fault = self._books.next_fault()
                told = self._google.send(found[1], headers.get("authorization", ""), body, fault)
                await _after(fault, "INTERNAL")
            else:
                told = self._other(method, path, body)
            status = 200
        except Trouble as trouble:
            status = trouble.status
            told = {"error": trouble.code, **trouble.more} if path == "/token" else problem(trouble)
        await _answer(send, status, json.dumps(told, ensure_ascii=False).encode())

    def _other(self, method: str, path: str, body: bytes) -> Any:
        """Sign-in, and what only a simulator has."""
        match method, *path.strip("/").split("/"):
            case "POST", "token":
                return self._google.sign_in(body)
            case "GET", "livez":
                return {"ok": True}
            case "GET", "journal":
                return self._books.taken
            case "GET", "devices", token:
                return self._books.shown(token)
            case "POST", "uninstall":
                self._books.uninstall(json.loads(body)["token"])
                return {}
            case "PUT", "plan" if set(faults := json.loads(body)["faults"]) <= set(FAULTS):
                self._books.plan(faults)
                return {}
        raise Trouble(404, "NOT_FOUND")

    def _page(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(one['token'][:12])}…<td>{escape(str(one['note'].get('title')))}"
            f"<td>{escape(str(one['note'].get('body')))}"
            for one in self._books.shown()[::-1]
        )
        style = "body{font:16px/1.5 system-ui;margin:2rem}td{padding:.3rem 1rem .3rem 0}"
        return f"<!doctype html><meta charset=utf-8><title>Push</title><style>{style}</style><table>{rows}</table>"


async def _after(fault: str, code: str) -> None:
    """What goes wrong once it was taken."""
    if fault == "late":
        await asyncio.sleep(LATE_SECONDS)
    if fault == "error_500":
        raise Trouble(500, code)


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return body
        body += bytes(event.get("body", b""))
        if not event.get("more_body") or len(body) > LARGEST:
            return body


async def _answer(send: Send, status: int, content: bytes, *, kind: str = "application/json", id: str = "") -> None:  # noqa: A002
    headers = [(b"content-length", str(len(content)).encode())]
    if content:
        headers.append((b"content-type", kind.encode()))
    if id:
        headers.append((b"apns-id", id.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
