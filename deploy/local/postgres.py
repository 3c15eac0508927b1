"""PostgreSQL, embedded: its programs under our own launcher (the package's own one is not meant for root)."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

from deploy.local.console import LaunchError, say
from deploy.local.postgres_home import Home, home
from deploy.local.process import Command
from deploy.local.profile import Profile
from deploy.local.services import HOST, Service, plain_environ
from deploy.local.warden import alive, put_down

ADMIN = "postgres"
PRODUCT = "consular"

# The builtin C.UTF-8 sorts like C but knows letters: under plain C pg_trgm sees no similarity in Chinese.
_INITDB = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C.UTF-8",
    "--auth=scram-sha-256",
    f"--username={ADMIN}",
)
_FOR_TESTS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")

# The product's own account owns its database and may make the test database; no superuser. The others are of one
# kind of process each: what they may do is decided by `manage.py secure_database`.
KINDS = ("api", "staff", "worker", "auditor")
_ACCOUNT = """
SELECT 'CREATE ROLE consular' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'consular') \\gexec
ALTER ROLE consular LOGIN CREATEDB NOSUPERUSER PASSWORD :'password';
SELECT 'CREATE DATABASE consular OWNER consular'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'consular') \\gexec
"""


class Postgres(Service):
    """One cluster per profile, on 127.0.0.1 only; tests trade safety for speed, nothing else does."""

    name = "postgres"

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile)
        self._throwaway = profile.name.startswith("test")
        self._home: Home | None = None

    @property
    def home(self) -> Home:
        if self._home is None:
            self._home = home(self.profile)
        return self._home

    @property
    def data(self) -> Path:
        return self.home.folder / "data"

    def prepare(self) -> None:
        """Make the cluster, or ready one that a crash left. Raises LaunchError if another version made it."""
        if (self.data / "postmaster.pid").exists():
            self._clear_after_crash(self.data / "postmaster.pid")
        if self.data.exists() and not self._is_ours():
            self._clear_after_reset()
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._make_cluster()
        elif version.read_text().strip() != _major(self.home.programs):
            made_by = version.read_text().strip()
            raise LaunchError(f"{self.data} was made by PostgreSQL {made_by}: move it away")

    def command(self, port: int) -> Command:
        options = [f"listen_addresses={HOST}", "unix_socket_directories=", "timezone=UTC", "log_timezone=UTC"]
        options += _FOR_TESTS if self._throwaway else ()
        argv = [str(self.home.programs / "postgres"), "-D", str(self.data), "-p", str(port)]
        for option in options:
            argv += ["-c", option]
        # SIGINT is the fast shutdown: sessions are cut, data are flushed
        return self._command(argv, stop_signal=signal.SIGINT)

    def probe(self, port: int) -> str | None:
        asked = self._psql(port, "SELECT 1")
        return None if asked.returncode == 0 else (asked.stderr.strip().splitlines() or ["no answer"])[-1]

    def settle(self, port: int) -> None:
        """Make the product's accounts and its database."""
        made = self._psql(port, f"\\set password '{self.profile.secrets()['postgres']}'\n{_ACCOUNT}{self._roles()}")
        if made.returncode:
            raise LaunchError(f"cannot make the account consular in PostgreSQL: {made.stderr.strip()}")

    def settings(self, port: int) -> dict[str, str]:
        secrets = self.profile.secrets()
        where = f"{HOST}:{port}/{PRODUCT}"
        owner = {"DATABASE_URL": f"postgres://{PRODUCT}:{secrets['postgres']}@{where}"}
        return owner | {
            f"DATABASE_URL_{kind.upper()}": f"postgres://{PRODUCT}_{kind}:{secrets[f'postgres_{kind}']}@{where}"
            for kind in KINDS
        }

    def _roles(self) -> str:
        """SQL that makes the roles of the processes and sets their passwords."""
        secrets = self.profile.secrets()
        lines = []
        for kind in KINDS:
            name = f"{PRODUCT}_{kind}"
            missing = f"WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}')"
            lines.append(f"SELECT 'CREATE ROLE {name}' {missing} \\gexec")
            password = secrets[f"postgres_{kind}"]
            lines.append(f"ALTER ROLE {name} LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS PASSWORD '{password}';")
        return "\n".join(lines)

    def _make_cluster(self) -> None:
        say("making a PostgreSQL cluster")
        part = self.home.folder / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        password = self.home.folder / "password"
        password.touch(mode=0o600)
        password.write_text(self.profile.secrets()["postgres_admin"])
        if self.home.user is not None:
            os.chown(password, self.home.user, self.home.user)
        argv = [str(self.home.programs / "initdb"), "-D", str(part), f"--pwfile={password}", *_INITDB]
        argv += ["--no-sync"] if self._throwaway else []
        try:
            self._run(argv)
        finally:
            password.unlink()
        self._made_with.write_text(self._fingerprint)
        part.rename(self.data)

    @property
    def _made_with(self) -> Path:
        return self.home.folder / "made-with"

    @property
    def _fingerprint(self) -> str:
        return hashlib.sha256(self.profile.secrets()["postgres_admin"].encode()).hexdigest()

    def _is_ours(self) -> bool:
        return self._made_with.exists() and self._made_with.read_text() == self._fingerprint

    def _clear_after_reset(self) -> None:
        """The cluster's passwords are gone: with all of `var/<profile>`, which is a reset, or alone."""
        if self.data.is_relative_to(self.profile.dir) and not self._throwaway:
            raise LaunchError(f"the passwords of {self.data} are gone: remove {self.profile.dir} to begin anew")
        say(f"{self.data} is left from before {self.profile.dir} was removed: beginning anew")
        shutil.rmtree(self.data)

    def _clear_after_crash(self, note: Path) -> None:
        """Stop a server that lost its launcher; drop what only a test used and nobody closed properly."""
        first = (note.read_text(errors="replace").splitlines() or [""])[0]
        pid = int(first) if first.isdigit() else 0
        if pid and alive(pid) and str(self.data) in _command_line(pid):
            say(f"stopping a PostgreSQL that lost its launcher (process {pid})")
            put_down(pid, signal.SIGINT)
        note.unlink(missing_ok=True)
        if self._throwaway:
            shutil.rmtree(self.data)

    def _command(self, argv: list[str], stop_signal: signal.Signals = signal.SIGTERM) -> Command:
        user = self.home.user
        return Command(
            argv=argv,
            environ=plain_environ(),
            stop_signal=stop_signal,
            user=user,
            group=user,
            cwd=self.home.folder,
        )

    def _run(self, argv: list[str]) -> None:
        command = self._command(argv)
        ran = subprocess.run(
            argv,
            env=dict(command.environ),
            cwd=command.cwd,
            user=command.user,
            group=command.group,
            extra_groups=None if command.user is None else [],
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise LaunchError(f"{Path(argv[0]).name} failed: {ran.stderr.strip()}")

    def _psql(self, port: int, sql: str) -> "subprocess.CompletedProcess[str]":
        argv = [str(self.home.programs / "psql"), "-h", HOST, "-p", str(port), "-U", ADMIN, "-d", ADMIN]
        environ = plain_environ() | {
            "PGPASSWORD": self.profile.secrets()["postgres_admin"],
            "PGCONNECT_TIMEOUT": "3",
        }
        return subprocess.run(
            [*argv, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"],
            input=sql,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )


def _major(programs: Path) -> str:
    shown = subprocess.run([str(programs / "postgres"), "--version"], capture_output=True, text=True, check=True)
    return shown.stdout.split()[-1].partition(".")[0]


def _command_line(pid: int) -> str:
    """The words a process was started with; empty when it cannot be told."""
    told = Path(f"/proc/{pid}/cmdline")
    with contextlib.suppress(OSError):
        return told.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    if shutil.which("ps") is None:
        return ""
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout
