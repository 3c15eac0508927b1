"""Where a drill takes place: the whole product on a profile of its own, begun anew, with people who want something."""

import contextlib
import hashlib
import hmac
import json
import shutil
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2  # type: ignore[import-untyped]

from deploy.demo import pictures
from deploy.local import contract
from deploy.local.console import LaunchError, say
from deploy.local.postgres import ADMIN, PRODUCT, Postgres
from deploy.local.process import Command, Process
from deploy.local.product import bring_up
from deploy.local.profile import ROOT, Profile
from deploy.local.services import HOST, free_port
from deploy.local.stack import Stack

LEASE_SECONDS = 15
"""Of a job whose worker died. Shorter than by default, or nothing can be settled 30 s after the last fault; long
enough that no job can be killed five times in a minute, after which it would be taken for the killer."""
_KEPT = {"lock", "secrets.json"}


class Ground:
    """A running product, its truth in the database, and files for who takes part."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.dir = stack.profile.dir / "drill"
        self.people = self.dir / "people.json"

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """As the administrator, who sees every row. Raises ``psycopg2.Error``."""
        account = {"user": ADMIN, "password": self.stack.profile.secrets()["postgres_admin"], "dbname": PRODUCT}
        with contextlib.closing(psycopg2.connect(host=HOST, port=self.port_of("DATABASE_URL"), **account)) as line:
            line.autocommit = True
            with line.cursor() as cursor:
                cursor.execute(sql, values or None)
                found: list[tuple[Any, ...]] = cursor.fetchall()
                return found

    def port_of(self, setting: str) -> int:
        return urlsplit(self.stack.settings[setting]).port or 0

    def prepare(self, *, count: int, posts: int, spare: int) -> dict[str, Any]:
        """People with drafts; what ``prepare_drill`` wrote."""
        for name, picture in (("photo", pictures.portrait()), ("paper", pictures.paper("PAPER"))):
            (self.dir / f"{name}.jpg").write_bytes(picture)
        words: dict[str, object] = {
            "out": self.people,
            "photo": self.dir / "photo.jpg",
            "paper": self.dir / "paper.jpg",
        }
        words |= {"count": count, "posts": posts, "spare": spare}
        argv = [word for name, value in words.items() for word in (f"--{name}", str(value))]
        self.stack.supervisor.run("prepare_drill", self._python(str(ROOT / "manage.py"), "prepare_drill", *argv))
        told: dict[str, Any] = json.loads(self.people.read_text(encoding="utf-8"))
        return told

    def send_in(self, module: str, *words: str) -> Process:
        """Start those who take part, in a process of their own: this one starts children and must have no threads."""
        places = ["--base-url", self.stack.environ["PUBLIC_URL"], "--staff-url", self.stack.environ["STAFF_URL"]]
        files = ["--people", str(self.people), "--logins", str(self.stack.profile.logins), "--folder", str(self.dir)]
        return self.stack.supervisor.begin(
            module, self._python("-m", f"deploy.drills.{module}", *places, *files, *words)
        )

    def captures(self) -> list[dict[str, Any]]:
        """What the payment company says it took, by its own journal."""
        stamp, secret = str(int(time.time())), self.stack.environ["SANDBOX_PAY_SECRET"]
        signature = hmac.new(secret.encode(), f"{stamp}.GET /journal.".encode(), hashlib.sha256).hexdigest()
        headers = {"Sandbox-Timestamp": stamp, "Sandbox-Signature": signature}
        asked = urllib.request.Request(f"{self.stack.settings['SANDBOX_PAY_URL']}/journal", headers=headers)  # noqa: S310
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
            found: list[dict[str, Any]] = json.load(answer)["captures"]
            return found

    def letters(self) -> Path:
        return self.stack.profile.mail_dir / "new"

    def _python(self, *argv: str) -> Command:
        environ = self.stack.environ | {"PYTHONUNBUFFERED": "1"}
        return Command(argv=[sys.executable, *argv], environ=environ, cwd=ROOT, leaf=True)


@contextlib.contextmanager
def ground(profile: str = "drill") -> Iterator[Ground]:
    """Everything up, with two groups of workers; nothing is left running. Raises LaunchError for a brought service."""
    brought = [address for name, address in contract.ADDRESSES.items() if contract.given(name)]
    if brought:
        raise LaunchError(f"this drill breaks what it uses, so it only uses its own: unset {' and '.join(brought)}")
    with Stack(Profile(profile), free_port(), free_port()) as stack:
        begin_anew(stack)
        stack.settings["OUTBOX_LEASE_SECONDS"] = str(LEASE_SECONDS)
        bring_up(stack)
        add_worker(stack)
        made = Ground(stack)
        made.dir.mkdir()
        yield made


def begin_anew(stack: Stack) -> None:
    """Nothing of an earlier drill but its secrets."""
    shutil.rmtree(Postgres(stack.profile).data, ignore_errors=True)
    for path in stack.profile.dir.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name not in _KEPT:
            path.unlink()


def add_worker(stack: Stack) -> None:
    """A second group beside the first, as an installation has: there is somebody left when one is killed."""
    first = next(process for process in stack.supervisor.processes if process.name == "worker")
    argv = ["worker-2@%h" if word == "worker@%h" else word for word in first.command.argv]
    second = stack.supervisor.start("worker-2", replace(first.command, argv=argv))
    stack.supervisor.wait_ready(second, lambda: None if b" ready." in second.said() else "not ready", 90)
    say("a second group of workers is ready")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """What was written so far, one JSON object a line; a last line that is still being written is left out."""
    if not path.exists():
        return []
    whole, _newline, _torn = path.read_text(encoding="utf-8").rpartition("\n")
    return [json.loads(line) for line in whole.splitlines()]


def words(name: str, arguments: Sequence[str], **defaults: int) -> dict[str, int]:
    """Options that are whole numbers. Raises LaunchError for anything else."""
    given, rest = dict(defaults), list(arguments)
    while rest:
        option, value, rest = rest[0], (rest[1:2] or [""])[0], rest[2:]
        if option.removeprefix("--") not in defaults or not option.startswith("--") or not value.isdigit():
            known = " ".join(f"[--{each} {number}]" for each, number in defaults.items())
            raise LaunchError(f"drill {name} takes {known}")
        given[option.removeprefix("--")] = int(value)
    return given
