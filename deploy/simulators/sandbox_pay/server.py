"""The sandbox over HTTP/1.1, on the standard library alone."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from deploy.simulators.sandbox_pay.orders import Book, Order, Trouble
from deploy.simulators.sandbox_pay.page import render
from deploy.simulators.sandbox_pay.sender import Sender
from deploy.simulators.sandbox_pay.signing import Signer
from deploy.simulators.sandbox_pay.wanted import Refused, parse, read, read_refund

LARGEST = 16 * 1024
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


class Sandbox(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, address: tuple[str, int], *, secret: str, public_url: str = "", state: Path | None = None
    ) -> None:
        super().__init__(address, Handler)
        self.book = Book(state)
        self.signer = Signer(secret)
        self.sender = Sender(self.book, self.signer)
        self.url = public_url.rstrip("/") or f"http://{address[0]}:{self.server_port}"
        for order in self.book.untold():
            self.sender.send(order)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    server: Sandbox
    server_version = "sandbox-pay"
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            self._send(411, b"", "text/plain")
        elif int(length[:9]) > LARGEST:
            self._send(413, b"", "text/plain")
        else:
            self._serve(self.rfile.read(int(length)))

    def log_message(self, *anything: object) -> None:
        """Quiet: what matters is in the journal."""

    def _serve(self, body: bytes) -> None:
        path = urlsplit(self.path).path
        if path == "/livez":
            self._send(200, b"ok\n", "text/plain")
        elif path.startswith("/pay/"):
            self._page(path.removeprefix("/pay/"), body)
        else:
            self._api(path, body)

    def _api(self, path: str, body: bytes) -> None:
        try:
            if not self.server.signer.is_genuine(self.headers, self.command, self.path, body):
                raise Refused(401, "bad_signature")
            status, data = self._answer(path, body)
        except Refused as refused:
            status, data = refused.status, {"error": refused.error, "reference": refused.reference}
        if not data:
            self.close_connection = True
        else:
            content = json.dumps(data).encode()
            self._send(status, content, "application/json", self.server.signer.headers(content))

    def _answer(self, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Nothing at all is the answer that gets lost."""
        book, steps = self.server.book, path.strip("/").split("/")
        match self.command, *steps:
            case "POST", "orders":
                order, is_new = book.open(read(body))
                is_lost = order.trouble is Trouble.LOST_ANSWER and is_new
                return (201 if is_new else 200), ({} if is_lost else self._shown(order))
            case "GET", "orders", reference:
                return 200, self._shown(book.find(reference))
            case "POST", "orders", reference, "close":
                if parse(body):
                    raise Refused(400, "unknown field", reference)
                return 200, self._shown(book.close(reference))
            case "POST", "orders", reference, "refunds":
                number, amount_minor = read_refund(body, reference)
                return 200, _refund(book.give_back(reference, number, amount_minor), number)
            case "GET", "orders", reference, "refunds", number:
                return 200, _refund(book.find(reference), number)
            case "GET", "journal":
                return 200, book.journal()
        raise Refused(404, "no_such_address")

    def _shown(self, order: Order) -> dict[str, Any]:
        return {**order.shown(), "pay_url": f"{self.server.url}/pay/{order.token}"}

    def _page(self, token: str, body: bytes) -> None:
        query = parse_qs(urlsplit(self.path).query)
        language = "en" if query.get("lang") == ["en"] else "zh-hans"
        order = self.server.book.by_token(token)
        if self.command == "GET" or order is None:
            page = render(order, language, declined="declined" in query)
            self._send(200 if order else 404, page.encode(), "text/html; charset=utf-8")
            return
        self._press(token, parse_qs(body.decode(errors="replace")).get("action", [""])[0], language)

    def _press(self, token: str, action: str, language: str) -> None:
        """What the payer pressed; the page is shown by a fresh GET, so that reloading presses nothing."""
        more = ""
        if action in {"pay", "cancel"}:
            press = self.server.book.pay if action == "pay" else self.server.book.cancel
            order, has_ended = press(token)
            if has_ended:
                self.server.sender.send(order)
            elif order.can_be_paid:
                more = "&declined=1"
        self._send(303, b"", "text/plain", {"Location": f"/pay/{token}?lang={language}{more}"})

    def _send(self, status: int, content: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        safe = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
        always = {"Content-Type": kind, "Content-Length": str(len(content)), "Connection": "close", **safe}
        for name, value in {**always, "Content-Security-Policy": POLICY, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def _refund(order: Order, number: str) -> dict[str, Any]:
    """Raises ``Refused`` (404)."""
    if number not in order.refunds:
        raise Refused(404, "no_such_refund", order.wanted.reference)
    about = {"reference": order.wanted.reference, "number": number, "currency": order.wanted.currency}
    return {**about, **order.refunds[number]}
