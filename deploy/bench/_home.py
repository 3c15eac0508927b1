"""The databases of the bench's profile, one for each size, and the processes that measure in them."""

import contextlib
import hashlib
import json
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg2  # type: ignore[import-untyped]

from deploy.bench import BENCHES, LARGE, SMALL
from deploy.bench._data import fill, is_current, note_current
from deploy.bench._table import Row
from deploy.local import contract
from deploy.local.console import LaunchError, say
from deploy.local.postgres import ADMIN, PRODUCT
from deploy.local.profile import ROOT
from deploy.local.stack import Stack

QUICK_LARGE = "20k"
CASES = {SMALL: 1_000, QUICK_LARGE: 20_000, LARGE: 1_000_000}
OPTION, FOUND = "BENCH_ROOM", "BENCH_FOUND"
"""Environment of a measuring process: what it is told, and the file for what it found."""


class Home:
    """Makes and fills the databases; starts the benches."""

    def __init__(self, stack: Stack, *, is_quick: bool) -> None:
        self.stack = stack
        self.is_quick = is_quick

    def cases(self, size: str) -> str:
        """The name of the data set that stands for a size in this run."""
        return QUICK_LARGE if self.is_quick and size == LARGE else size

    def fill(self, size: str) -> None:
        """A database of this size: made once, brought up to date when the tables are other ones."""
        data = self.cases(size)
        self._update(PRODUCT)
        with self._connection(PRODUCT) as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_database(data)])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {_database(data)} OWNER {PRODUCT} TEMPLATE {PRODUCT}")
            cursor.execute(f"ALTER DATABASE {_database(data)} OWNER TO {PRODUCT}")
        self._update(_database(data))
        with self._connection(_database(data)) as cursor:
            fill(cursor, CASES[data])
        say(f"{data} cases are there")

    def measure(self, name: str, size: str) -> tuple[int, list[Row]]:
        """Run one bench to its end: its exit code, and what it found."""
        found = self.stack.profile.dir / "found.json"
        found.unlink(missing_ok=True)
        data, place = self.cases(size), str(list(BENCHES).index(name) + 1)
        environ = contract.process_environ(self.stack.settings, BENCHES[name].process)
        environ["DATABASE_URL"] = _elsewhere(environ["DATABASE_URL"], _database(data))
        environ["REDIS_URL"] = _elsewhere(environ["REDIS_URL"], place)
        room = {"name": name, "data": data, "cases": CASES[data], "is_quick": self.is_quick}
        room |= {"admin": self._admin(_database(data)), "log_dir": str(self.stack.profile.log_dir)}
        environ |= {OPTION: json.dumps(room), FOUND: str(found), "PYTHONUNBUFFERED": "1"}
        log = self.stack.profile.log_dir / f"measuring-{name}.log"
        argv = [sys.executable, "-m", "deploy.bench"]
        with log.open("w") as errors:
            ran = subprocess.run(argv, env=environ, cwd=ROOT, stdout=sys.stderr, stderr=errors, check=False)
        if not found.exists():
            raise LaunchError(f"the bench {name} broke: {(log.read_text().strip().splitlines() or ['?'])[-1]} ({log})")
        return ran.returncode, [Row(**each) for each in json.loads(found.read_text())]

    def _update(self, database: str) -> None:
        """Tables, rights, posts and officers, unless it was done for tables and rights like these."""
        with self._connection(database) as cursor:
            if is_current(cursor, _tables()):
                return
        say(f"making the tables of {database}")
        logins = self.stack.profile.dir / "logins.json"
        for words in (["migrate", "--noinput", "-v", "0"], ["secure_database"], ["seed_demo", "--out", str(logins)]):
            self._manage(database, *words)
        with self._connection(database) as cursor:
            note_current(cursor, _tables())

    def _manage(self, database: str, *words: str) -> None:
        environ = self.stack.environ
        environ["DATABASE_URL"] = _elsewhere(environ["DATABASE_URL"], database)
        argv = [sys.executable, str(ROOT / "manage.py"), *words]
        ran = subprocess.run(argv, env=environ, cwd=ROOT, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise LaunchError(f"manage.py {words[0]} failed: {(ran.stderr.strip().splitlines() or ['?'])[-1]}")

    def _admin(self, database: str) -> dict[str, str]:
        url = urlsplit(self.stack.settings["DATABASE_URL"])
        where = {"host": str(url.hostname), "port": str(url.port), "dbname": database}
        return where | {"user": ADMIN, "password": self.stack.profile.secrets()["postgres_admin"]}

    @contextlib.contextmanager
    def _connection(self, database: str):  # type: ignore[no-untyped-def]
        with contextlib.closing(psycopg2.connect(**self._admin(database))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor


def _tables() -> str:
    """A fingerprint of what makes tables and rights."""
    made = [*ROOT.glob("apps/*/migrations/*.py"), *ROOT.glob("consular/database/*.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(made))).hexdigest()[:32]


def _database(data: str) -> str:
    return f"bench_{data}"


def _elsewhere(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))
