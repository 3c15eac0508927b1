"""Tells the merchant how an order ended, until it says that it heard."""

import contextlib
import json
import secrets
import threading
from http.client import HTTPException
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from deploy.simulators.sandbox_pay.orders import Book, Order, Trouble
from deploy.simulators.sandbox_pay.signing import Signer

SCHEDULE = (0, 1, 2, 4, 8, 15, 30, 60)
"""Seconds before each attempt."""
LATE = 3
TIMEOUT = 5


class NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *anything: object) -> None:
        return None


class Sender:
    def __init__(self, book: Book, signer: Signer) -> None:
        self._book = book
        self._signer = signer
        self._web = build_opener(ProxyHandler({}), NoRedirects)
        self._over = threading.Event()

    def send(self, order: Order) -> None:
        """In the background: once, or as the order's trouble says."""
        if order.trouble is Trouble.NO_NOTICE:
            return
        body = json.dumps({"id": f"ntc_{secrets.token_hex(12)}", **order.shown()}).encode()
        first = LATE if order.trouble is Trouble.LATE_NOTICE else 0
        for _ in range(3 if order.trouble is Trouble.THREE_NOTICES else 1):
            threading.Thread(target=self._deliver, args=(order, body, first), daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def _deliver(self, order: Order, body: bytes, first: int) -> None:
        for wait in (first, *SCHEDULE[1:]):
            if self._over.wait(wait):
                return
            if self._post(order.wanted.notify_url, body):
                self._book.tell(order.wanted.reference)
                return

    def _post(self, url: str, body: bytes) -> bool:
        headers = {"Content-Type": "application/json", "User-Agent": "sandbox-pay", **self._signer.headers(body)}
        request = Request(url, data=body, headers=headers, method="POST")  # noqa: S310
        with contextlib.suppress(OSError, HTTPException), self._web.open(request, timeout=TIMEOUT) as answer:
            return bool(answer.status < 300)  # noqa: PLR2004
        return False
