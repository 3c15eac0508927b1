"""The running product as an attacker finds it, and the little that a drill must know to judge: the database."""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg2  # type: ignore[import-untyped]

from deploy.local.console import say
from deploy.local.process import Command
from deploy.local.product import bring_up
from deploy.local.profile import ROOT, Profile
from deploy.local.services import HOST, answers, free_port, plain_environ
from deploy.local.stack import Stack

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@dataclass(frozen=True)
class Found:
    """What came of one attack: ``is_good`` is None where it could not be tried."""

    id: str
    is_good: bool | None
    evidence: str

    def line(self) -> str:
        return json.dumps({"id": self.id, "pass": self.is_good, "evidence": self.evidence}, ensure_ascii=False)


@dataclass(frozen=True)
class Site:
    """Where it answers; ``door`` is nginx's port, 0 where nginx is not installed."""

    stack: Stack
    http: httpx.Client
    door: int

    @property
    def api_port(self) -> int:
        return urlsplit(self.stack.environ["PUBLIC_URL"]).port or 0

    @property
    def staff_url(self) -> str:
        return self.stack.environ["STAFF_URL"]

    def ask(self, sql: str, *values: Any, role: str = "") -> list[tuple[Any, ...]]:
        """As the owner of the database, or as one kind of process. Raises ``psycopg2.Error``."""
        url = self.stack.environ[f"DATABASE_URL_{role.upper()}" if role else "DATABASE_URL"]
        with contextlib.closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    def officers(self, post: str) -> list[dict[str, str]]:
        logins = json.loads(self.stack.profile.logins.read_text(encoding="utf-8"))
        return [one for one in logins["officers"] if one["post"] == post]


@contextlib.contextmanager
def site(profile: str = "drill") -> Iterator[Site]:
    """Everything up, until the block ends."""
    with Stack(Profile(profile), free_port(), free_port()) as stack:
        bring_up(stack)
        door = _open_door(stack) if NGINX else 0
        if not door:
            say("nginx is not installed (Debian package nginx-light): what needs it is not tried")
        with httpx.Client(base_url=stack.environ["PUBLIC_URL"], timeout=60, trust_env=False) as http:
            yield Site(stack, http, door)


def _open_door(stack: Stack) -> int:
    """nginx with our configuration in front of the phones' server, without TLS; its port."""
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="nginx-", dir=stack.profile.dir))
    _configure(folder, port, urlsplit(stack.environ["PUBLIC_URL"]).port or 0)
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;" + _as_root()]
    process = stack.supervisor.start("nginx", Command(argv=command, environ=plain_environ(), leaf=True))
    stack.supervisor.wait_ready(process, lambda: answers(port))
    return port


def _as_root() -> str:
    return " user root;" if Path("/proc/self").stat().st_uid == 0 else ""


def _configure(folder: Path, front: int, back: int) -> None:
    """Ours, word for word, but for the places of files and the one host name that the sandbox answers to."""
    ours = ROOT / "deploy" / "nginx"
    shutil.copytree(ours / "snippets", folder / "snippets")
    shutil.copy(ours / "nginx.conf", folder / "nginx.conf")
    (folder / "conf.d").mkdir()
    facts = {"PUBLIC_HOST": HOST, "STAFF_HOST": "staff.invalid", "LISTEN": f"{HOST}:{front}", "TRANSPORT": "plain"}
    facts |= dict.fromkeys(("API_SERVERS", "STAFF_SERVERS"), f"{HOST}:{back}")
    template = Template((ours / "templates" / "consular.conf.template").read_text())
    (folder / "conf.d" / "consular.conf").write_text(template.safe_substitute(facts))
    moved = {"/etc/nginx/mime.types": "\0", "/etc/nginx": str(folder), "/tmp/nginx": str(folder / "nginx")}  # noqa: S108
    moved |= {"/dev/stdout": str(folder / "access.log"), "\0": "/etc/nginx/mime.types"}
    for file in [folder / "nginx.conf", *folder.glob("conf.d/*"), *folder.glob("snippets/*")]:
        text = file.read_text()
        for old, new in moved.items():
            text = text.replace(old, new)
        file.write_text(text)
