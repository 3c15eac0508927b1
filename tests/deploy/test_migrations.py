"""Migrations do no harm to those who work meanwhile."""

import time
from contextlib import closing
from io import StringIO

import psycopg2
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django_migration_linter import MigrationLinter

from tests.processes import database_url

LANDED = [
    "0002_append_only", "0002_immutable", "0002_first_validity",
    "0002_rights_and_trust", "0003_citizen_and_batches", "0002_deadlines_and_deliveries",
    "0005_persons_by_a_key_of_their_own", "0002_keys_and_citizens", "0004_every_file_has_a_citizen",
    "0002_the_issuers_word", "0003_first_terms", "0002_sealed",
    "0004_merchants_and_refunds",
]  # fmt: skip
"""Written before anybody used the tables: no installation runs them while it is in use."""

OURS = [config.label for config in apps.get_app_configs() if config.name.startswith("apps.")]


def lint(**options):
    linter = MigrationLinter(include_apps=OURS, ignore_name=LANDED, no_cache=True, quiet=["ok", "ignore"], **options)
    linter.lint_all_migrations()
    return linter


@pytest.mark.django_db
def test_old_and_new_code_can_work_side_by_side_with_every_migration(capsys):
    """NOT NULL without a default, renamed or dropped columns, locks for ever: django-migration-linter finds them."""
    linter = lint(ignore_initial_migrations=True)

    assert not linter.has_errors, capsys.readouterr().out


@pytest.mark.django_db
def test_a_careless_migration_is_found(settings, capsys):
    settings.MIGRATION_MODULES = {"kernel": "tests.deploy.careless"}

    assert lint(ignore_initial_migrations=True).has_errors
    assert "0002_careless" in capsys.readouterr().out


def columns():
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, "django_session")}


@pytest.mark.django_db(transaction=True)
def test_a_migration_behind_a_long_transaction_gives_up_and_can_be_run_again(settings):
    settings.MIGRATION_MODULES = {"sessions": "tests.deploy.moving"}
    with closing(psycopg2.connect(database_url())) as someone, someone.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        begun = time.monotonic()
        with pytest.raises(
            CommandError, match=r"in use for more than 2 s\. That migration is undone; run migrate again"
        ):
            call_command("migrate", "sessions", stdout=StringIO())
        assert 1.9 < time.monotonic() - begun < 6
        assert "moved" not in columns()

    call_command("migrate", "sessions", stdout=StringIO())
    assert "moved" in columns()
    call_command("migrate", "sessions", "0001", stdout=StringIO())
    assert "moved" not in columns()


@pytest.mark.django_db(transaction=True)
def test_after_a_migration_everyone_else_is_as_patient_as_before():
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        before = cursor.fetchone()
        call_command("migrate", "sessions", stdout=StringIO())
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == before
