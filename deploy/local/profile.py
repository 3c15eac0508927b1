"""A profile: one set of data, secrets and logs under `var/`, used by one launcher at a time.

`demo`, `serve` and `test` are the profiles (`test-2`, … when several test runs happen at once). The folder
`var/` lies beside `./dev`; `CONSULAR_VAR` names another place.
"""

import contextlib
import fcntl
import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.local.console import LaunchError
from deploy.local.warden import alive

ROOT = Path(__file__).resolve().parents[2]
_HANDOVER_SECONDS = 20.0
_SECRETS = (
    "postgres_admin",
    "postgres",
    "postgres_api",
    "postgres_staff",
    "postgres_worker",
    "postgres_auditor",
    "valkey",
    "s3_key",
    "s3_secret",
    "smtp",
    "django",
    "person",
    "signing_keys",
    "audit_keys",
    "sandbox_pay",
    "sms",
)


class BusyError(LaunchError):
    """Another launcher, still alive, has the profile."""


def var_dir() -> Path:
    """Where every profile lives."""
    return Path(os.environ.get("CONSULAR_VAR") or ROOT / "var").resolve()


class Profile:
    """Paths, secrets, lock and state of one profile. Nothing is written before `acquire`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dir = var_dir() / name
        self.log_dir = self.dir / "log"
        self.mail_dir = self.dir / "mail"
        self.logins = self.dir / "logins.json"
        self._lock_file = self.dir / "lock"
        self._state_file = self.dir / "state.json"
        self._lock_fd: int | None = None
        self._made: dict[str, str] = {}

    @property
    def lock_fd(self) -> int | None:
        return self._lock_fd

    @property
    def last_used_at(self) -> float:
        """When a launcher last took it, in seconds since the epoch; 0 when never."""
        return self._lock_file.stat().st_mtime if self._lock_file.exists() else 0.0

    def acquire(self) -> None:
        """Take the profile for this process.

        Waits for a killed launcher's warden to finish. Raises BusyError when a living launcher has it,
        LaunchError when the folder belongs to another user.
        """
        with _ours(self.dir):
            self.dir.mkdir(parents=True, exist_ok=True)
            fd = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._wait_for_lock(fd)
        except BaseException:
            os.close(fd)
            raise
        self._state_file.unlink(missing_ok=True)
        os.ftruncate(fd, 0)
        os.pwrite(fd, json.dumps({"pid": os.getpid(), "command": _command()}).encode(), 0)
        self._lock_fd = fd

    def release(self) -> None:
        """Give the profile back."""
        if self._lock_fd is not None:
            self._state_file.unlink(missing_ok=True)
            os.close(self._lock_fd)
            self._lock_fd = None

    def secrets(self) -> dict[str, str]:
        """The profile's random secrets; new ones are written down (mode 0600) if it is acquired.

        Each says `sandbox`: production refuses to start with them.
        """
        path = self.dir / "secrets.json"
        kept = self._made or self._kept_secrets(path)
        made = {name: kept.get(name) or f"sandbox-{secrets.token_urlsafe(36)}" for name in _SECRETS}
        if made != kept and self._lock_fd is not None:
            _write_private(path, made)
        self._made = made
        return made

    def _kept_secrets(self, path: Path) -> dict[str, str]:
        try:
            return _read_private(path)
        except (FileNotFoundError, ValueError):
            return {}
        except LaunchError:
            if self._lock_fd is not None:
                raise
            return {}

    def publish(self, environ: dict[str, str]) -> None:
        """Say that the stack is up and how to reach it (for `./dev manage`)."""
        _write_private(self._state_file, environ)

    def running(self) -> dict[str, str] | None:
        """The environment of the stack that runs on this profile now, or None when none does.

        Raises LaunchError while one is still starting.
        """
        holder = self._holder()
        if holder is None:
            return None
        try:
            return _read_private(self._state_file)
        except FileNotFoundError:
            raise LaunchError(f"{holder} is still starting (or stopping): try again in a moment") from None

    def _wait_for_lock(self, fd: int) -> None:
        deadline = time.monotonic() + _HANDOVER_SECONDS
        while not _locked(fd, fcntl.LOCK_EX):
            holder = self._holder()
            if holder is not None or time.monotonic() > deadline:
                raise BusyError(f"the profile {self.name} is in use by {holder or 'another process'}: stop that first")
            time.sleep(0.1)

    def _holder(self) -> str | None:
        """Who has the lock, for a message; None when nobody alive has it."""
        if not self._lock_file.exists():
            return None
        with _ours(self.dir):
            fd = os.open(self._lock_file, os.O_RDONLY)
        try:
            if _locked(fd, fcntl.LOCK_SH):
                return None
            note = json.loads(os.pread(fd, 4096, 0) or b"{}")
        except ValueError:
            return None
        finally:
            os.close(fd)
        return f"{note['command']} (process {note['pid']})" if note and alive(note["pid"]) else None


def _command() -> str:
    program = Path(sys.argv[0])
    return " ".join(["./dev", *sys.argv[1:]]) if program.parent.name == "local" else program.name


def _locked(fd: int, how: int) -> bool:
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _ours(folder: Path) -> Iterator[None]:
    """Turn a refused permission into the sentence that helps (most likely root ran `./dev` here)."""
    try:
        yield
    except PermissionError as error:
        raise LaunchError(f"{folder} belongs to another user: remove it, or set CONSULAR_VAR") from error


def _read_private(path: Path) -> dict[str, str]:
    with _ours(path.parent):
        content: dict[str, str] = json.loads(path.read_text())
    return content


def _write_private(path: Path, content: dict[str, str]) -> None:
    part = path.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=1)
    part.replace(path)
