"""Google's and Apple's push services, as one process of their own."""

import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
COUNT = itertools.count(1)


def android() -> str:
    """A registration token nobody has had."""
    return f"fcm-registration-token:{next(COUNT):08d}"


def iphone() -> str:
    return f"{next(COUNT):064x}"


@dataclass(frozen=True)
class Services:
    url: str
    tls_url: str
    folder: Path

    @property
    def env(self) -> dict[str, str]:
        """The settings that lead there."""
        return {
            "FCM_URL": self.url,
            "FCM_CREDENTIALS": str(self.folder / "service-account.json"),
            "APNS_URL": self.tls_url,
            "APNS_KEY": str(self.folder / "apns.p8"),
            "APNS_KEY_ID": "SANDBOXKEY",
            "APNS_TEAM_ID": "SANDBOXTEA",
            "APNS_TOPIC": "example.consular",
            "PUSH_CA": str(self.folder / "ca.pem"),
        }

    def plan(self, *faults: str) -> None:
        httpx.put(f"{self.url}/plan", json={"faults": faults}).raise_for_status()

    def uninstall(self, token: str) -> None:
        httpx.post(f"{self.url}/uninstall", json={"token": token}).raise_for_status()

    def shown(self, token: str) -> list[dict[str, Any]]:
        return httpx.get(f"{self.url}/devices/{token}").json()

    def taken(self, token: str) -> list[dict[str, Any]]:
        return [one for one in httpx.get(f"{self.url}/journal").json() if one["token"] == token]


@contextmanager
def started() -> Iterator[Services]:
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.simulators.push", "--port", "0", "--state", folder],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            said = process.stdout.readline().split()
            assert said[:3] == ["push", "listens", "on"], said
            yield Services(said[3], said[5], Path(folder))
        finally:
            process.terminate()
            process.wait(timeout=10)
            process.stdout.close()
