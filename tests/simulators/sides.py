"""The two sides of a simulator that tests play: whoever starts and steers it, and the merchant who is told."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]


class Steered:
    """A simulator as a process of its own: its addresses, and what its control port does."""

    def __init__(self, process: subprocess.Popen[str], said: str) -> None:
        self.process = process
        self.url, _, self.control = said.split()[-3:]
        self.web = httpx.Client(base_url=self.control, trust_env=False, timeout=30)

    def do(self, path: str, **asked: Any) -> Any:
        answer = self.web.post(path, json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def look(self, path: str) -> Any:
        return self.web.get(path).json()

    def plan(self, *rules: dict[str, Any], seed: int = 1) -> None:
        self.do("/faults", rules=rules, seed=seed)

    def advance(self, seconds: float) -> None:
        self.do("/clock", advance=seconds)

    def pay(self, reference: str) -> Any:
        return self.do("/payer/pay", reference=reference)

    def journal(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in self.look("/journal") if entry["kind"] == kind]


@contextmanager
def started(module: str, *more: str) -> Iterator[Steered]:
    process = subprocess.Popen(
        [sys.executable, "-m", module, "--port", "0", "--control-port", "0", *more],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = process.stdout.readline()
        assert " listens on http://" in said, said
        steered = Steered(process, said)
        yield steered
        steered.web.close()
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


class Merchant(ThreadingHTTPServer):
    """Hears notices; answers with the next planned status, ``always`` when there is none."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Ear)
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.plan: list[int] = []
        self.always = 204
        self.said = b""
        self.url = f"http://127.0.0.1:{self.server_port}/notices"

    def wait(self, count: int = 1) -> list[tuple[dict[str, str], bytes]]:
        wait_for(lambda: len(self.heard) >= count)
        return list(self.heard)

    def bodies(self, count: int = 1) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.wait(count)]


class _Ear(BaseHTTPRequestHandler):
    server: Merchant

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body))
        status = self.server.plan.pop(0) if self.server.plan else self.server.always
        self.send_response(status)
        self.send_header("Content-Length", str(len(self.server.said)))
        if 300 <= status < 400:
            self.send_header("Location", self.server.url)
        self.end_headers()
        self.wfile.write(self.server.said)

    def log_message(self, *anything: object) -> None:
        pass


@contextmanager
def listening() -> Iterator[Merchant]:
    server = Merchant()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def wait_for(found: Callable[[], Any], seconds: int = 15) -> Any:
    """Ask until there is something; fail when there never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := found():
            return result
        time.sleep(0.02)
    raise AssertionError("it never came")
