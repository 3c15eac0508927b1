import pytest
from django.db import InterfaceError, OperationalError
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_process_that_answers_is_alive_whatever_the_database_does(monkeypatch):
    monkeypatch.setattr(MigrationExecutor, "__init__", failing(OperationalError))

    answer = Client().get("/livez")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_with_a_migrated_database_it_is_ready():
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_without_a_database_it_is_not_ready_and_says_why(monkeypatch, error):
    monkeypatch.setattr(MigrationExecutor, "__init__", failing(error))

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (503, "database unreachable")


def test_with_migrations_waiting_it_is_not_ready(monkeypatch):
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: ["0002"])

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (503, "migrations waiting")


def failing(error):
    def fail(*_):
        raise error

    return fail
