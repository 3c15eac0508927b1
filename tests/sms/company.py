"""The company that carries text messages, as its own process, seen from outside."""

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
KEY, SECRET = "LTAI-tests", "only-the-tests-know"
NUMBERS = itertools.count(600_000_000)


def fresh_number() -> str:
    """A French number nobody has had: limits count per number."""
    return f"+33{next(NUMBERS)}"


@dataclass(frozen=True)
class Company:
    url: str

    @property
    def sms_url(self) -> str:
        return f"aliyun+http://{KEY}:{SECRET}@{self.url.removeprefix('http://')}/?sign=中国领事"

    def plan(self, *faults: str) -> None:
        httpx.put(f"{self.url}/plan", json={"faults": faults}).raise_for_status()

    def received(self, phone: str) -> list[dict[str, Any]]:
        return httpx.get(f"{self.url}/phones/{phone.removeprefix('+86').lstrip('+')}").json()

    def journal(self) -> list[dict[str, Any]]:
        return httpx.get(f"{self.url}/journal").json()


@contextmanager
def started(*more: str) -> Iterator[Company]:
    process = subprocess.Popen(
        [sys.executable, "-m", "deploy.simulators.sms", "--port", "0", *more],
        cwd=ROOT,
        env={**os.environ, "SMS_KEY": KEY, "SMS_SECRET": SECRET, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = process.stdout.readline()
        assert said.startswith("sms listens on "), said
        yield Company(said.split()[-1])
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()
