"""Guessing in parallel: real threads on PostgreSQL."""

from collections import Counter
from threading import Barrier, Thread

import pytest
from django.db import connection

from apps.accounts import addresses, services
from apps.accounts.models import Challenge, Device, User
from apps.accounts.services import challenges
from apps.kernel.errors import DomainError, TooMany
from tests.accounts.factories import AT, make_challenge, wrong_code

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 32


def at_once(act):
    """Run ``act`` in every thread at the same moment; answers how often each outcome came."""
    outcomes, start = Counter(), Barrier(THREADS)

    def run():
        start.wait()
        try:
            outcomes[act()] += 1
        except DomainError as error:
            outcomes[error.code] += 1
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def comparisons(monkeypatch):
    compared = []
    honest = challenges.constant_time_compare
    monkeypatch.setattr(
        challenges, "constant_time_compare", lambda one, other: compared.append(other) or honest(one, other)
    )
    return compared


def test_thirty_two_guessers_get_five_comparisons(comparisons):
    asked = make_challenge()
    guess = wrong_code(asked)

    outcomes = at_once(lambda: max(_try(asked, guess) for _ in range(40)))

    assert len(comparisons) == 5
    assert Challenge.objects.get(pk=asked.pk).attempts == 5
    assert outcomes.total() == THREADS
    assert _try(asked, challenges.code_of(asked)) == "challenge_exhausted"


def test_the_right_code_sent_thirty_two_times_signs_in_once(comparisons):
    asked = make_challenge()
    code = challenges.code_of(asked)

    outcomes = at_once(lambda: _try(asked, code))

    assert outcomes["in"] == 1
    assert (User.objects.count(), Device.objects.count()) == (1, 1)
    assert len(comparisons) <= 5


def test_thirty_two_requests_send_one_code():
    def ask():
        services.challenge(address=addresses.read("li.na@example.com"), caller="192.0.2.1", language="en", at=AT)
        return "sent"

    assert at_once(ask) == {"sent": 1, TooMany.code: THREADS - 1}
    assert Challenge.objects.count() == 1


def test_two_devices_with_two_codes_open_one_account():
    asked = [make_challenge(f"x{number}@example.com") for number in range(THREADS)]
    Challenge.objects.update(address="li.na@example.com")
    todo = [Challenge.objects.get(pk=one.pk) for one in asked]

    outcomes = at_once(lambda: _one_of(todo))

    assert outcomes == {"in": THREADS}
    assert User.objects.count() == 1


def _one_of(todo):
    asked = todo.pop()
    return _try(asked, challenges.code_of(asked))


def _try(asked, code):
    try:
        services.sign_in(challenge=asked.pk, code=code, device_name="x", language="en", at=AT)
    except DomainError as error:
        return error.code
    return "in"
