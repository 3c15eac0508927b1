"""HTTP/1.1 on the standard library: what both ports share."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from deploy.simulators.gateway.plug import Answer, Request

LARGEST = 256 * 1024


class Port(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_port}"

    def serve(self, request: Request) -> Answer | None:
        """None cuts the connection. An answer may say less than its own ``Content-Length`` promises."""
        raise NotImplementedError

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    server: Port
    server_version = "gateway-simulator"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        if "Content-Length" in self.headers:
            self._serve()
        else:
            self._send(Answer(411))

    def do_PUT(self) -> None:
        self.do_POST()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, *anything: object) -> None:
        """Quiet: what matters is in the journal."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit()) or int(length[:9]) > LARGEST:
            self._send(Answer(413))
            return
        body = self.rfile.read(int(length))
        answer = self.server.serve(Request(self.command, self.path, self.headers, body))
        if answer is None:
            self.close_connection = True
        else:
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        headers = {"Connection": "close", **answer.headers}
        if answer.status != 204:  # noqa: PLR2004
            headers.setdefault("Content-Length", str(len(answer.body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
