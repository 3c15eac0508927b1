"""The test database as an installation has it: secured, and entered by the role of each kind of process."""

import os
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.db import connection

from consular.database import grants, watches
from consular.database.secure import secure


def _address(kind):
    given = os.environ.get(f"DATABASE_URL_{kind.upper()}")
    if not given or ":1/" in given:
        pytest.skip(f"this PostgreSQL was brought along without DATABASE_URL_{kind.upper()}")
    return urlsplit(given)


@pytest.fixture(scope="module")
def secured(django_db_setup, django_db_blocker):
    """Rights and policies of the roles, which the owner does not notice. What the owner would notice is undone.

    Anew for each module: between two of them a test of migrations may have made a table anew.
    """
    with django_db_blocker.unblock():
        said = secure()
        yield said
        with connection.cursor() as cursor:
            for table in (*watches.TABLES, "accounts_user"):
                cursor.execute(
                    "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname ~ '^notes_'", [table]
                )
                for (name,) in cursor.fetchall():
                    cursor.execute(f"DROP TRIGGER {name} ON {table}")


@pytest.fixture
def enter(secured):
    """Opens sessions of a kind of process: ``enter("staff")``, with psycopg2 alone."""
    opened = []

    def session(kind):
        address = _address(kind)
        found = psycopg2.connect(
            host=address.hostname,
            port=address.port,
            user=address.username,
            password=address.password,
            dbname=connection.settings_dict["NAME"],
        )
        opened.append(found)
        return found

    yield session
    for one in opened:
        one.close()


@pytest.fixture
def acting(secured):
    """The product itself, on the role of a kind of process: ``with acting("staff"): client.get(…)``."""

    @contextmanager
    def as_process(kind):
        address, facts = _address(kind), connection.settings_dict
        owner = {name: facts[name] for name in ("USER", "PASSWORD")}
        connection.close()
        facts.update(USER=address.username, PASSWORD=address.password)
        try:
            yield
        finally:
            connection.close()
            facts.update(owner)

    return as_process


def asked(session, sql, given=(), *, officer=None):
    """The rows, in a transaction of its own in which the officer is named, if anybody is."""
    with session, closing(session.cursor()) as cursor:
        if officer is not None:
            cursor.execute("SELECT set_config('consular.officer', %s, true)", [str(officer)])
        cursor.execute(sql, given)
        return cursor.fetchall() if cursor.description else []


def refused(session, sql):
    """Whether PostgreSQL itself says no for want of a right."""
    try:
        with session, closing(session.cursor()) as cursor:
            cursor.execute(sql)
    except psycopg2.errors.InsufficientPrivilege:
        return True
    return False


KINDS = grants.ROLES
