"""R11: a job that takes its worker along, every time."""

import logging

import pytest

from apps.kernel.errors import Unavailable
from apps.outbox import services
from apps.outbox.models import Delivery
from apps.outbox.services import MAX_ATTEMPTS, drain, publish, replay, sweep
from tests.outbox import bells
from tests.outbox.bells import BellRang, come_due, failing, noted

pytestmark = pytest.mark.django_db


def test_poison_is_parked_after_as_many_deaths_as_failures_and_said_aloud(caplog):
    """A worker that dies leaves nobody to write an error."""
    publish(BellRang("north"))
    for death in range(1, MAX_ATTEMPTS + 1):
        assert sweep() == 1, f"still owed after {death - 1}"
        die_with_the_next_job()

    assert sweep() == 0
    assert drain(queue="default") == 0
    parked = Delivery.objects.parked().get()
    assert (parked.attempts, parked.error) == (MAX_ATTEMPTS, "the worker died on every attempt")
    assert "deliveries_parked" in [line.message for line in caplog.records if line.levelno >= logging.ERROR]
    replay(pks=[parked.pk])
    drain(queue="default")
    assert noted("north") == 1


def test_poison_is_not_taken_again_before_the_sweep_has_seen_it():
    publish(BellRang("north"))
    for _ in range(MAX_ATTEMPTS):
        die_with_the_next_job()

    assert drain(queue="default") == 0
    assert noted("north") == 0


def test_one_death_after_a_long_wait_for_others_is_forgiven():
    bells.BEFORE["north"] = failing(Unavailable())
    publish(BellRang("north"))
    for _ in range(MAX_ATTEMPTS + 4):
        come_due()
        drain(queue="default")
    die_with_the_next_job()
    bells.BEFORE.clear()
    sweep()

    assert drain(queue="default") == 1
    assert noted("north") == 1


def die_with_the_next_job():
    """As ``kill -9`` at the first instruction of the job: taken, and never heard of again."""

    def die(*_):
        raise KeyboardInterrupt

    come_due()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "_run", die)
        with pytest.raises(KeyboardInterrupt):
            drain(queue="default")
    come_due()
