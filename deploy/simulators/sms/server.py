"""The company over HTTP/1.1, on the standard library alone."""

import json
import re
import sys
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from deploy.simulators.sms.approved import Refused
from deploy.simulators.sms.books import FAULTS, Books, number, request_id
from deploy.simulators.sms.signing import Door, Forged

LARGEST = 64 * 1024
VERSION = "2017-05-25"
KNOWN = {
    "SendSms": ({"PhoneNumbers", "SignName", "TemplateCode"}, {"TemplateParam", "OutId", "SmsUpExtendCode"}),
    "QuerySendDetails": ({"PhoneNumber", "SendDate", "PageSize", "CurrentPage"}, {"BizId"}),
}


class Company(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], *, key: str, secret: str, state: Path | None = None) -> None:
        super().__init__(address, Handler)
        self.books = Books(state)
        self.door = Door(key, secret)
        self.url = f"http://{address[0]}:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    server: Company
    server_version = "sms-simulator"
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        books, path = self.server.books, urlsplit(self.path).path
        if path == "/livez":
            self._say(200, {"ok": True})
        elif path == "/journal":
            self._say(200, books.journal())
        elif path == "/":
            self._page(books.received())
        elif found := re.fullmatch(r"/phones/([0-9]{6,15})", path):
            self._say(200, books.received(number(found[1])))
        else:
            self._say(404, {})

    def do_PUT(self) -> None:
        plan = json.loads(self._body() or b"{}")
        if self.path != "/plan" or set(plan) != {"faults"} or not set(plan["faults"]) <= set(FAULTS):
            self._say(400, {"faults": FAULTS})
            return
        self.server.books.plan(plan["faults"])
        self._say(200, {})

    def do_POST(self) -> None:
        body = self._body()
        try:
            action, asked = self._read(body)
            answer = self._send_sms(asked) if action == "SendSms" else self._details(asked)
        except Forged as forged:
            self._trouble(forged.status, forged.code)
        except Refused as refused:
            self._say(200, {"Code": refused.code, "Message": refused.code, "RequestId": request_id()})
        else:
            if answer is not None:
                self._say(200, answer)

    def log_message(self, *anything: object) -> None:
        """Quiet: what matters is in the journal."""

    def _read(self, body: bytes) -> tuple[str, dict[str, str]]:
        """Action and values of a genuine request. Raises ``Forged``."""
        parts = urlsplit(self.path)
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        asked, headers = dict(pairs), {name.lower(): value for name, value in self.headers.items()}
        if parts.path != "/" or len(asked) != len(pairs):
            raise Forged(404, "InvalidAction.NotFound")
        self.server.door.check(headers=headers, query=asked, body=body)
        action = headers["x-acs-action"]
        if action not in KNOWN or headers["x-acs-version"] != VERSION:
            raise Forged(404, "InvalidAction.NotFound")
        must, may = KNOWN[action]
        for name in sorted(must - set(asked)):
            raise Forged(400, f"Missing{name}")
        for name in sorted(set(asked) - must - may):
            raise Forged(400, f"InvalidParameter.{name}")
        return action, asked

    def _send_sms(self, asked: dict[str, str]) -> dict[str, Any] | None:
        """None: no answer leaves."""
        fault = self.server.books.next_fault()
        if fault == "nothing":
            self._hang_up()
            return None
        sent = self.server.books.take(asked, fault)
        if fault == "lost_answer":
            self._hang_up()
            return None
        if fault == "error_500":
            raise Forged(500, "InternalError")
        return {"Code": "OK", "Message": "OK", "BizId": sent.biz_id, "RequestId": request_id()}

    def _hang_up(self) -> None:
        self.close_connection = True

    def _details(self, asked: dict[str, str]) -> dict[str, Any]:
        size, page, phone = int(asked["PageSize"]), int(asked["CurrentPage"]), asked["PhoneNumber"]
        if not (1 <= size <= 50 and page >= 1 and re.fullmatch("[0-9]{8}", asked["SendDate"])):  # noqa: PLR2004
            raise Refused("isv.INVALID_PARAMETERS")
        if number(phone) != phone:
            raise Refused("isv.MOBILE_NUMBER_ILLEGAL")
        sent = self.server.books.details(phone, asked["SendDate"])
        rows = [
            {
                "PhoneNum": one.phone, "TemplateCode": one.template, "Content": one.text, "SendDate": one.moment,
                "ReceiveDate": one.moment, "OutId": one.out_id, "SendStatus": one.status,
                "ErrCode": "DELIVERED" if one.status == 3 else "MOBILE_SEND_LIMIT",  # noqa: PLR2004
            }
            for one in sent[(page - 1) * size : page * size]
        ]  # fmt: skip
        found = {"SmsSendDetailDTO": rows}
        return {
            "Code": "OK",
            "Message": "OK",
            "RequestId": request_id(),
            "TotalCount": str(len(sent)),
            "SmsSendDetailDTOs": found,
        }

    def _trouble(self, status: int, code: str) -> None:
        self._say(status, {"Code": code, "Message": code, "RequestId": request_id(), "HostId": "dysmsapi.aliyuncs.com"})

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(min(int(length), LARGEST)) if length.isascii() and length.isdigit() else b""

    def _page(self, received: list[dict[str, Any]]) -> None:
        rows = "".join(
            f"<tr><td>{escape(one['at'])}<td>{escape(one['phone'])}<td>{escape(one['text'])}" for one in received[::-1]
        )
        style = "body{font:16px/1.5 system-ui;margin:2rem}td{padding:.3rem 1rem .3rem 0;vertical-align:top}"
        page = f"<!doctype html><meta charset=utf-8><title>SMS</title><style>{style}</style><table>{rows}</table>"
        self._send(200, page.encode(), "text/html; charset=utf-8")

    def _say(self, status: int, data: Any) -> None:
        self._send(status, json.dumps(data, ensure_ascii=False).encode(), "application/json;charset=utf-8")

    def _send(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
