"""A reaction that takes as many events as wait."""

from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from apps.kernel.errors import Conflict
from apps.outbox import services
from apps.outbox.models import Delivery
from apps.outbox.services import MANY, MAX_ATTEMPTS, drain, publish, sweep
from tests.outbox import bells
from tests.outbox.bells import BellRang, LetterCame, come_due, failing, noted

pytestmark = pytest.mark.django_db


def post(*letters):
    for letter in letters:
        publish(LetterCame(letter))


def test_what_waits_is_done_together_oldest_first_and_others_are_not_touched():
    post("a", "b")
    publish(BellRang("north"))
    post("c")

    assert drain(queue="default") == 4
    assert bells.TOGETHER == [["a", "b", "c"]]
    assert noted("north") == 1
    assert not Delivery.objects.open().exists()
    assert drain(queue="default") == 0


def test_one_that_waits_alone_is_done_alone():
    post("a")

    assert drain(queue="default") == 1
    assert bells.TOGETHER == [["a"]]


def test_no_more_than_some_hundreds_go_together():
    post(*(f"l{number}" for number in range(MANY + 20)))

    assert drain(queue="default") == MANY + 20
    assert [len(letters) for letters in bells.TOGETHER] == [MANY, 20]


def test_one_that_fails_takes_none_of_the_others_along_and_has_all_its_attempts():
    bells.BEFORE["bad"] = failing(Conflict(code="torn"))
    post("a", "bad", "c")

    drain(queue="default")
    assert bells.TOGETHER[0] == ["a", "bad", "c"]
    assert sorted(bells.TOGETHER[1:]) == [["a"], ["bad"], ["c"]]
    assert [noted(letter) for letter in ("a", "bad", "c")] == [1, 0, 1]
    late = Delivery.objects.open().get()
    assert (late.body, late.error) == ({"letter": "bad"}, "Conflict: torn")

    for _ in range(MAX_ATTEMPTS - 1):
        assert Delivery.objects.parked().count() == 0
        come_due()
        drain(queue="default")
    assert Delivery.objects.parked().get().pk == late.pk
    assert bells.TOGETHER[4:] == [["bad"]] * (MAX_ATTEMPTS - 1)


def test_after_a_worker_died_over_them_each_goes_alone(monkeypatch):
    """So that the one that kills its worker is parked without its neighbours."""
    post("a", "b")

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(services, "_run_together", die)
    with pytest.raises(KeyboardInterrupt):
        drain(queue="default")
    assert drain(queue="default") == 0, "both are leased"
    come_due()
    sweep()

    assert drain(queue="default") == 2
    assert sorted(bells.TOGETHER) == [["a"], ["b"]]


@pytest.mark.django_db(transaction=True)
def test_those_that_another_worker_took_over_meanwhile_are_left_to_it(monkeypatch):
    post("a", "b", "c")
    run = services._run_together

    def late(*what):
        Delivery.objects.filter(body__letter="b").update(attempts=2)
        run(*what)

    monkeypatch.setattr(services, "_run_together", late)
    drain(queue="default")

    assert bells.TOGETHER == [["a", "c"]]
    assert Delivery.objects.open().get().body == {"letter": "b"}


@pytest.mark.django_db(transaction=True)
def test_eight_workers_do_each_of_a_thousand_once():
    with transaction.atomic():
        post(*(f"l{number}" for number in range(1000)))
    start = Barrier(8)

    def work():
        start.wait()
        while drain(queue="default"):
            pass
        connection.close()

    workers = [Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert not Delivery.objects.open().exists()
    assert sorted(letter for letters in bells.TOGETHER for letter in letters) == sorted(f"l{n}" for n in range(1000))
    assert all(noted(f"l{number}") == 1 for number in range(0, 1000, 97))
