"""The broker only carries hints. Without it nothing is lost, and nobody waits long."""

import socket
import time
from contextlib import contextmanager

import pytest
from celery import Celery
from django.db import transaction
from redis import Redis

from apps.outbox.models import Delivery
from apps.outbox.services import drain, publish
from consular.celery import app
from tests.outbox.bells import BellRang, noted

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def broker_at(settings, port):
    """Celery as the product configures it, with its broker at another place."""
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{port}/0"
    elsewhere = Celery("elsewhere", set_as_current=True)
    elsewhere.config_from_object("django.conf:settings", namespace="CELERY")
    try:
        yield
    finally:
        elsewhere.close()
        app.set_current()


def ring(bell):
    """Seconds that publishing takes the caller."""
    started = time.monotonic()
    with transaction.atomic():
        publish(BellRang(bell))
    return time.monotonic() - started


def check_that_nothing_is_lost(bell):
    assert Delivery.objects.filter(queue="default").count() == 1
    assert drain(queue="default") == 1
    assert noted(bell) == 1


def test_a_broker_that_is_gone_costs_no_fact_and_little_time(settings, caplog):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with broker_at(settings, unused.getsockname()[1]):
            first, later = ring("loud"), ring("louder")

    assert first < 2, "the first one also loads the driver"
    assert later < 0.5
    assert {line.message for line in caplog.records if line.name.startswith("apps.")} == {"broker_unreachable"}
    assert Delivery.objects.count() == 4
    assert (drain(queue="default"), drain(queue="messages")) == (2, 2)


def test_a_broker_that_hangs_costs_no_fact_and_bounded_time(settings):
    with socket.create_server(("127.0.0.1", 0)) as deaf, broker_at(settings, deaf.getsockname()[1]):
        took = ring("north")

    assert took < settings.CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"] + 2
    check_that_nothing_is_lost("north")


def test_with_a_broker_a_hint_is_in_the_queue_of_the_reaction(settings):
    broker = Redis.from_url(settings.CELERY_BROKER_URL)
    broker.delete("default", "messages")

    ring("loud")

    assert broker.llen("default") >= 1
    assert broker.llen("messages") >= 1
    broker.delete("default", "messages")
    broker.close()
