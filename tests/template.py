"""A database with every migration, made once and copied by each test process."""

import fcntl
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "consular_template_"


def ensure() -> str:
    """The name of a database that has the migrations as they are now; whoever comes first makes it."""
    name = f"{PREFIX}{_digest()}"
    with _one_at_a_time(), closing(psycopg2.connect(**connection.get_connection_params())) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
            there = {found for (found,) in cursor.fetchall()}
            if name not in there:
                for old in there:
                    cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
                cursor.execute(f'CREATE DATABASE "{name}_made"')
                _migrate(f"{name}_made")
                cursor.execute(f'ALTER DATABASE "{name}_made" RENAME TO "{name}"')
    return name


def _migrate(name: str) -> None:
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def _digest() -> str:
    """Of every migration, of the product and of what it is built on, and of the models that rights are made from."""
    seen = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted([*ROOT.glob("apps/*/migrations/*.py"), *ROOT.glob("apps/*/models/**/*.py")]):
        seen.update(path.read_bytes())
    return seen.hexdigest()[:16]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    port = settings.DATABASES["default"]["PORT"]
    with Path(tempfile.gettempdir(), f"consular-template-{port}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
