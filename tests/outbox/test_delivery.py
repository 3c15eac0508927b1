from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from apps.kernel.errors import Conflict, Unavailable
from apps.outbox import events, services
from apps.outbox.models import Delivery
from apps.outbox.services import MAX_ATTEMPTS, MAX_WAITS, drain, publish, replay, sweep
from tests.outbox import bells
from tests.outbox.bells import BellRang, ParcelLeft, Whispered, come_due, failing, noted

pytestmark = pytest.mark.django_db


def wait_of(delivery):
    """Seconds until the next attempt, by the database's clock."""
    row = Delivery.objects.annotate(clock=Now()).get(pk=delivery.pk)
    return (row.due_at - row.clock).total_seconds()


def test_a_fact_and_what_follows_from_it_are_recorded_or_rolled_back_together():
    with transaction.atomic():
        publish(BellRang("north"))
        transaction.set_rollback(True)

    assert Delivery.objects.count() == 0
    assert drain(queue="default") == 0


def test_a_reaction_runs_once_however_often_we_look():
    publish(BellRang("north"))

    assert [drain(queue="default") for _ in range(3)] == [1, 0, 0]
    assert noted("north") == 1
    delivery = Delivery.objects.get()
    assert (delivery.attempts, delivery.due_at, delivery.error) == (1, None, "")
    assert delivery.done_at is not None


def test_only_reactions_that_want_the_event_are_owed_one():
    publish(BellRang("soft"))
    publish(BellRang("loud"))
    publish(Whispered("psst"))

    owed = list(Delivery.objects.order_by("pk").values_list("reaction", "queue"))
    assert owed == [
        ("tests.outbox.bells.answer", "default"),
        ("tests.outbox.bells.answer", "default"),
        ("tests.outbox.bells.complain", "messages"),
    ]


def test_a_queue_is_drained_without_touching_another():
    publish(BellRang("loud"))

    assert drain(queue="messages") == 1
    assert (noted("loud"), noted("loud:complaint")) == (0, 1)


def test_two_facts_of_one_transaction_wake_each_queue_once_after_the_commit(
    monkeypatch, django_capture_on_commit_callbacks
):
    woken = []
    monkeypatch.setattr(services, "wake", woken.append)

    with django_capture_on_commit_callbacks(execute=True):
        publish(BellRang("loud"))
        publish(ParcelLeft("p1"))
        assert woken == []

    assert sorted(woken) == ["default", "messages"]
    assert (drain(queue="default"), drain(queue="messages")) == (2, 1)
    assert [noted(subject) for subject in ("loud", "loud:complaint", "p1")] == [1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_a_queue_is_woken_for_what_is_published_after_a_part_was_undone(monkeypatch):
    woken = []
    monkeypatch.setattr(services, "wake", woken.append)

    with transaction.atomic():
        with suppress(ZeroDivisionError), transaction.atomic():
            publish(BellRang("soft"))
            raise ZeroDivisionError
        publish(BellRang("soft"))

    assert woken == ["default"]


def test_what_a_failing_reaction_wrote_is_gone_and_it_is_tried_again_later(caplog):
    bells.BEFORE["north"] = failing(Conflict())
    publish(BellRang("north"))

    assert drain(queue="default") == 1
    assert drain(queue="default") == 0, "not at once"
    assert noted("north") == 0
    assert Delivery.objects.get().error == "Conflict: conflict"
    assert [(line.levelname, line.message) for line in caplog.records if line.name == services.log.name] == [
        ("ERROR", "reaction_failed")
    ]

    bells.BEFORE.clear()
    come_due()
    drain(queue="default")
    assert noted("north") == 1
    assert Delivery.objects.get().error == ""


def test_the_waits_double_from_the_first(settings):
    settings.OUTBOX_RETRY = timedelta(seconds=10)
    bells.BEFORE["north"] = failing(Conflict())
    publish(BellRang("north"))

    waits = []
    for _ in range(MAX_ATTEMPTS - 1):
        come_due()
        drain(queue="default")
        waits.append(round(wait_of(Delivery.objects.get())))

    assert waits == [10, 20, 40, 80]


def test_a_reaction_that_keeps_failing_is_parked_and_can_be_replayed():
    bells.BEFORE["north"] = failing(ValueError())
    publish(BellRang("north"))
    for _ in range(MAX_ATTEMPTS + 3):
        come_due()
        drain(queue="default")
    parked = Delivery.objects.parked().get()
    assert (parked.attempts, parked.error) == (MAX_ATTEMPTS, "ValueError: ")

    bells.BEFORE.clear()
    assert replay(pks=[parked.pk]) == 1
    assert replay(pks=[parked.pk]) == 0
    drain(queue="default")

    assert noted("north") == 1


def test_a_replay_is_a_full_round_of_attempts():
    bells.BEFORE["north"] = failing(ValueError())
    publish(BellRang("north"))
    for _ in range(2):
        for _ in range(MAX_ATTEMPTS):
            come_due()
            drain(queue="default")
        replay(pks=[Delivery.objects.parked().get().pk])

    assert Delivery.objects.get().attempts == 2 * MAX_ATTEMPTS


@pytest.mark.parametrize("error", [Unavailable(code="closed"), ConnectionRefusedError(), TimeoutError()])
def test_waiting_for_somebody_else_is_patient(error):
    bells.BEFORE["north"] = failing(error)
    publish(BellRang("north"))
    for _ in range(MAX_ATTEMPTS + 1):
        come_due()
        drain(queue="default")

    delivery = Delivery.objects.get()
    assert delivery.due_at is not None
    Delivery.objects.update(attempts=MAX_WAITS - 1)
    come_due()
    drain(queue="default")
    assert Delivery.objects.parked().count() == 1


def test_an_effect_is_given_one_key_for_all_attempts_and_a_rising_token():
    bells.BEFORE["p1"] = failing(Unavailable())
    publish(ParcelLeft("p1"))
    for _ in range(3):
        come_due()
        drain(queue="default")

    pk = Delivery.objects.get().pk
    assert [(job.key, job.attempt) for job in bells.JOBS] == [(f"delivery-{pk}", turn) for turn in (1, 2, 3)]


def test_an_effect_that_records_nothing_is_finished_for_it():
    publish(ParcelLeft("dropped"))

    assert drain(queue="files") == 1
    assert Delivery.objects.get(queue="files").done_at is not None


def test_an_effect_may_not_finish_twice():
    publish(ParcelLeft("p1"))
    drain(queue="default")

    with pytest.raises(services.LeaseLost), bells.JOBS[0].finish():
        pytest.fail("it was let in")


def test_a_reaction_that_no_longer_exists_is_parked_and_not_lost():
    Delivery.objects.create(event="Old", reaction="gone.away", body={}, queue="default")
    publish(BellRang("north"))
    for _ in range(MAX_ATTEMPTS):
        come_due()
        drain(queue="default")

    assert Delivery.objects.parked().get().reaction == "gone.away"
    assert noted("north") == 1, "and does not stop the others"


def test_the_sweep_wakes_a_worker_for_every_queue_with_something_due(monkeypatch):
    woken = []
    publish(BellRang("loud"))
    publish(BellRang("north"))
    monkeypatch.setattr(services, "wake", woken.append)

    assert sweep() == 2
    assert sorted(woken) == ["default", "messages"]

    drain(queue="default")
    drain(queue="messages")
    assert sweep() == 0


def test_the_sweep_leaves_alone_what_is_leased_waiting_or_parked(monkeypatch):
    monkeypatch.setattr(services, "wake", lambda queue: pytest.fail("nothing is due"))
    publish(BellRang("north"))
    Delivery.objects.update(due_at=Now() + timedelta(seconds=20))
    assert sweep() == 0
    Delivery.objects.update(due_at=None)
    assert sweep() == 0


def test_a_long_queue_is_handed_on_after_a_while(monkeypatch):
    woken = []
    for number in range(5):
        publish(BellRang(f"b{number}"))
    monkeypatch.setattr(services, "wake", woken.append)

    assert drain(queue="default", rounds=3) == 3
    assert woken == ["default"]
    assert drain(queue="default", rounds=3) == 2
    assert woken == ["default"]


@pytest.mark.parametrize("skew", [timedelta(hours=2), timedelta(hours=-2)])
def test_a_machine_with_a_wrong_clock_neither_steals_a_lease_nor_misses_what_is_due(monkeypatch, skew):
    """R9: times are the database's."""
    wrong = datetime.now(UTC) + skew
    monkeypatch.setattr(timezone, "now", lambda: wrong)
    monkeypatch.setattr("time.time", wrong.timestamp)
    publish(BellRang("due"))
    publish(BellRang("leased"))
    Delivery.objects.filter(body__bell="leased").update(due_at=Now() + timedelta(seconds=30), attempts=1)

    assert drain(queue="default") == 1
    assert (noted("due"), noted("leased")) == (1, 0)
    done = Delivery.objects.annotate(clock=Now()).get(body__bell="due")
    assert abs(done.done_at - done.clock) < timedelta(minutes=1)


def test_two_reactions_of_one_name_stop_the_boot():
    def answer(event):
        pass

    answer.__module__ = bells.__name__
    with pytest.raises(ImproperlyConfigured, match="registered twice"):
        events.on(BellRang)(answer)
