from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg2 import errors  # type: ignore[import-untyped]


class Command(migrate.Command):
    """Django's own, with patience of its own.

    A migration that waits for a table makes everyone wait who comes after it. So it gives up soon: PostgreSQL undoes
    what it had done of that migration, and it can be run again.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with patience(options["database"]):
                super().handle(*args, **options)
        except OperationalError as error:
            if isinstance(error.__cause__, errors.LockNotAvailable):
                waited = settings.MIGRATE_LOCK_TIMEOUT.total_seconds()
                line = f"a table was in use for more than {waited:g} s. That migration is undone; run migrate again."
                raise CommandError(line) from None
            raise


@contextmanager
def patience(alias: str) -> Iterator[None]:
    """How long to wait for a lock, and for a statement, until the end of the block."""
    limits = {"lock_timeout": settings.MIGRATE_LOCK_TIMEOUT, "statement_timeout": settings.MIGRATE_STATEMENT_TIMEOUT}
    with connections[alias].cursor() as cursor:
        for name, limit in limits.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [name, f"{limit.total_seconds() * 1000:.0f}ms"])
    try:
        yield
    finally:
        with connections[alias].cursor() as cursor:
            cursor.execute("RESET lock_timeout; RESET statement_timeout")
