"""The other side of the sandbox: what payers press and merchants send, written without the product's code."""

import hashlib
import hmac
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
SECRET = "only-the-tests-know"


def start_simulator(*more: str) -> tuple[subprocess.Popen[str], str]:
    """The simulator as a process of its own on a free port, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.simulators.sandbox_pay", "--port", "0", *more],
        cwd=ROOT,
        env={**os.environ, "SANDBOX_PAY_SECRET": SECRET, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    said = process.stdout.readline()
    assert said.startswith("sandbox_pay listens on "), said
    return process, said.split()[-1]


def stop_simulator(process: subprocess.Popen[str]) -> int:
    process.terminate()
    code = process.wait(timeout=10)
    process.stdout.close()
    return code


def sign(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def wait_for(found: Callable[[], Any], seconds: int = 15) -> Any:
    """Ask until there is something; fail when there never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := found():
            return result
        time.sleep(0.05)
    raise AssertionError("it never came")


class Payer:
    """Speaks the sandbox's protocol by hand."""

    def __init__(self, url: str, secret: str) -> None:
        self.url = url
        self.secret = secret

    def order(self, **other: Any) -> dict[str, Any]:
        """A complete, valid order that nobody has made yet."""
        return {
            "reference": secrets.token_hex(12),
            "amount_minor": 1600,
            "currency": "EUR",
            "title": {"zh-hans": "证件费", "en": "Document fee"},
            "notify_url": "http://127.0.0.1:9/notices",
            "expires_at": (datetime.now(UTC) + timedelta(minutes=30)).isoformat(),
        } | other

    def call(
        self, method: str, path: str, data: Any = None, *, body: bytes | None = None, age: int = 0
    ) -> httpx.Response:
        """One signed request; ``age`` makes it older by that many seconds."""
        content = body if body is not None else (b"" if data is None else json.dumps(data).encode())
        stamp = str(int(time.time()) - age)
        signature = sign(self.secret, f"{stamp}.{method} {path}.".encode() + content)
        headers = {"Sandbox-Timestamp": stamp, "Sandbox-Signature": signature}
        return httpx.request(method, self.url + path, content=content, headers=headers, trust_env=False)

    def press(self, page: str, action: str = "pay") -> httpx.Response:
        return httpx.post(page, data={"action": action}, follow_redirects=True, trust_env=False)

    def look(self, page: str) -> httpx.Response:
        return httpx.get(page, trust_env=False)

    def journal(self, reference: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The captures and the orders under this reference."""
        book = self.call("GET", "/journal").json()
        return tuple([row for row in book[name] if row["reference"] == reference] for name in ("captures", "orders"))
