"""Claims about several workers: real threads on real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connection
from django.db.models.functions import Now

from apps.audit.models import Entry
from apps.kernel.errors import Unavailable
from apps.outbox import services
from apps.outbox.models import Delivery
from apps.outbox.services import drain, publish
from tests.outbox import bells
from tests.outbox.bells import BellRang, ParcelLeft, noted

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 20


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """Only the threads of the test work; hints to a broker would find nobody."""
    monkeypatch.setattr(services, "wake", lambda queue: None)


@pytest.fixture
def threads():
    with ThreadPoolExecutor(8) as pool:
        yield lambda run: pool.submit(closing, run)


def closing(run):
    try:
        return run()
    finally:
        connection.close()


def end_the_lease():
    Delivery.objects.update(due_at=Now())


def test_eight_workers_share_the_work_and_do_nothing_twice(threads):
    facts = [f"bell-{number}" for number in range(60)]
    for fact in facts:
        publish(BellRang(fact))
    together = Barrier(8)

    def work():
        together.wait()
        return drain(queue="default")

    shares = [future.result(PATIENCE) for future in [threads(work) for _ in range(8)]]

    assert sum(shares) == len(facts)
    assert sorted(Entry.objects.values_list("subject", flat=True)) == sorted(facts)
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


class Slow:
    """A worker that stands still in the middle of its job, until ``go`` is called."""

    def __init__(self, threads, parcel, then=lambda: None):
        self.arrived, self.may_go, self.then = Event(), Event(), then
        self.first = True
        bells.BEFORE[parcel] = self.stand
        self.run = threads(lambda: drain(queue="default", rounds=1))
        assert self.arrived.wait(PATIENCE)

    def stand(self):
        if self.first:
            self.first = False
            self.arrived.set()
            assert self.may_go.wait(PATIENCE)
            self.then()

    def go(self):
        self.may_go.set()
        return self.run.result(PATIENCE)


def test_while_one_works_nobody_else_takes_the_job(threads):
    publish(ParcelLeft("p1"))
    slow = Slow(threads, "p1")

    assert drain(queue="default") == 0

    slow.go()
    assert noted("p1") == 1


def test_whoever_loses_the_lease_records_nothing(threads, caplog):
    """R7: A stands still past its lease, B takes over, A wakes up."""
    publish(ParcelLeft("p1"))
    slow = Slow(threads, "p1")
    end_the_lease()

    assert drain(queue="default") == 1
    assert noted("p1") == 1
    slow.go()

    assert noted("p1") == 1, "what A found is not recorded"
    delivery = Delivery.objects.get()
    assert (delivery.attempts, delivery.error) == (2, "")
    assert [job.attempt for job in bells.JOBS] == [1, 2]
    assert "lease_lost" in [line.message for line in caplog.records]


def test_the_one_who_lost_the_lease_may_not_finish_even_while_the_other_still_works(threads):
    publish(ParcelLeft("p1"))
    slow = Slow(threads, "p1")
    end_the_lease()
    second = Slow(threads, "p1")

    slow.go()
    assert noted("p1") == 0
    assert Delivery.objects.open().count() == 1

    second.go()
    assert noted("p1") == 1


def test_a_failure_of_the_one_who_lost_the_lease_does_not_disturb_the_other(threads):
    def fail():
        raise Unavailable

    publish(ParcelLeft("p1"))
    slow = Slow(threads, "p1", then=fail)
    end_the_lease()
    second = Slow(threads, "p1")
    leased_until = Delivery.objects.get().due_at

    slow.go()
    assert Delivery.objects.get().due_at == leased_until
    assert Delivery.objects.get().error == ""

    second.go()
    assert noted("p1") == 1


def test_a_reaction_at_work_keeps_its_job_locked(threads):
    """What it wrote and "this is done" are one transaction, so nobody can come in between."""
    publish(BellRang("north"))
    slow = Slow(threads, "north")

    assert drain(queue="default") == 0

    slow.go()
    assert noted("north") == 1


def test_a_worker_that_dies_in_the_middle_leaves_the_job_to_the_next(threads):
    publish(ParcelLeft("p1"))

    def die():
        raise KeyboardInterrupt

    slow = Slow(threads, "p1", then=die)
    with pytest.raises(KeyboardInterrupt):
        slow.go()
    assert noted("p1") == 0

    end_the_lease()
    assert drain(queue="default") == 1
    assert noted("p1") == 1
