"""Real threads on real PostgreSQL: twice is once, nothing is lost, and nobody waits for a row."""

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest
from django.db import connection, transaction

from apps.kernel.errors import Conflict
from apps.ledger import reports, services
from apps.ledger.models import Account, Balance, Closing, Entry, Transaction
from tests.ledger.factories import AT, CAPTURE, books, post
from tests.ledger.test_refusals import run

pytestmark = pytest.mark.django_db(transaction=True)
CLERKS = 24


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run all of them, starting together; answers what each returned or raised, in order."""
    start, results = Barrier(len(acts)), [None] * len(acts)

    def act_on(place: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=act_on, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_same_source_twenty_four_times_at_once_is_posted_once():
    books()

    made = at_once(*[lambda: post(source="payment:1").pk] * CLERKS)

    assert len(set(made)) == 1
    assert isinstance(made[0], int), made[0]
    assert (Transaction.objects.count(), Entry.objects.count(), Account.objects.count()) == (1, 2, 2)
    assert reports.balances(post=books(), currency="EUR") == CAPTURE


def test_of_two_stories_of_one_source_one_is_written_and_the_other_refused():
    books()
    stories = [{"cash": turn + 1, "suspense": -turn - 1} for turn in range(2)]

    made = at_once(*[lambda one=one: post(one, source="payment:1").pk for one in stories * 12])

    refused = [error for error in made if isinstance(error, Conflict)]
    assert len(refused) == 12
    assert len({pk for pk in made if isinstance(pk, int)}) == 1
    assert Entry.objects.count() == 2


def test_whoever_waited_for_one_that_came_to_nothing_posts_it():
    books()
    begun, tried = Event(), []

    def fail():
        with transaction.atomic():
            post(source="payment:1")
            begun.set()
            time.sleep(0.2)
            transaction.set_rollback(True)

    def wait():
        begun.wait()
        tried.append(post(source="payment:1").pk)

    at_once(fail, wait)

    assert [Transaction.objects.get().pk] == tried
    assert Entry.objects.count() == 2


def test_twenty_four_clerks_at_one_post_lose_nothing_while_days_are_closed():
    """Each day of theirs once; the closing of days that are over runs in between."""
    books()

    def clerk(turn):
        return [post({"cash": turn + 1, "fee_income:base": -turn - 1}, at=AT + timedelta(days=day)) for day in range(5)]

    def closer():
        for day in range(5):
            run("SELECT ledger_close('PAR', 'EUR', %s)", AT.date() + timedelta(days=day))

    results = at_once(*[lambda turn=turn: clerk(turn) for turn in range(CLERKS - 1)], closer)

    assert [error for error in results if isinstance(error, Exception)] == []
    total = 5 * sum(range(1, CLERKS))
    assert reports.balances(post=books(), currency="EUR") == {"cash": total, "fee_income:base": -total}
    assert services.verify() == []
    services.close(at=AT + timedelta(days=30))
    assert reports.balances(post=books(), currency="EUR") == {"cash": total, "fee_income:base": -total}
    assert services.verify() == []
    assert Balance.objects.exists()


def test_whoever_posts_at_the_same_post_waits_for_nobody_s_row():
    """One capture is held open; another one to the same accounts is done meanwhile."""
    post()
    held, done = Event(), Event()

    def hold():
        with transaction.atomic():
            post()
            held.set()
            assert done.wait(10)

    def go_on():
        held.wait()
        run("SET statement_timeout = '5s'")
        post()
        done.set()

    assert at_once(hold, go_on) == [None, None]
    assert Transaction.objects.count() == 3


def test_a_day_is_not_closed_while_somebody_books_on_it_and_is_closed_the_next_time():
    books()
    held, done = Event(), Event()

    def hold():
        with transaction.atomic():
            post()
            held.set()
            assert done.wait(10)

    def close():
        held.wait()
        try:
            return services.close(at=AT + timedelta(days=1))
        finally:
            done.set()

    post()
    assert at_once(hold, close) == [None, 0]
    assert not Closing.objects.exists()
    assert services.close(at=AT + timedelta(days=1)) == 2


def test_one_transaction_is_reversed_once_however_many_press_at_once():
    made = post()

    undone = at_once(
        *[lambda: services.reverse(transaction=made, source="correction:1", at=AT).pk] * 12,
        *[lambda: services.reverse(transaction=made, source="correction:2", at=AT).pk] * 12,
    )

    assert len({pk for pk in undone if isinstance(pk, int)}) == 1
    assert sum(isinstance(error, Conflict) for error in undone) == 12
    assert set(reports.balances(post=books(), currency="EUR").values()) == {0}
