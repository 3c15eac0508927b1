import pytest
from django.db import InterfaceError, OperationalError
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from apps.kernel.api import probes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_process_that_has_just_started(monkeypatch):
    monkeypatch.setattr(probes, "_known", set())


def test_a_process_that_answers_is_alive_whatever_the_database_does(monkeypatch):
    monkeypatch.setattr(MigrationExecutor, "__init__", failing(OperationalError))

    answer = Client().get("/livez")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_with_a_migrated_database_it_is_ready():
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_migrations_are_counted_until_they_are_complete_and_then_no_more(django_assert_max_num_queries, monkeypatch):
    Client().get("/readyz")
    monkeypatch.setattr(MigrationExecutor, "__init__", failing(AssertionError("read again")))

    with django_assert_max_num_queries(1):
        answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_without_a_broker_it_is_ready_and_says_so(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["broker"]) == (200, "unreachable")


def test_a_probe_asks_by_address_whatever_the_host_names_are():
    assert Client().get("/livez", headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert Client().get("/readyz", headers={"host": "10.1.2.3:8000"}).status_code == 200


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
