"""A company that does not answer is left alone, per merchant, and tried again by one."""

from datetime import timedelta

import pytest

from apps.kernel.errors import Conflict, Unavailable
from apps.payments import services
from apps.payments.models import Merchant, Payment
from apps.payments.statuses import Status
from tests.payments.factories import AT, make_payment, run_outbox
from tests.payments.merchants import make_merchant

pytestmark = pytest.mark.django_db


def call(merchant: Merchant, *, error: Exception | None = None, at=AT) -> str:
    """``called``, or the code of what came instead; ``not called`` when it rests."""
    reached = False
    try:
        with services.through(merchant, at=at):
            reached = True
            if error:
                raise error
    except Unavailable:
        return "silent" if reached else "not called"
    except Conflict as refused:
        return refused.code
    return "called"


def silence(merchant: Merchant, times: int, *, at=AT) -> None:
    for _ in range(times):
        call(merchant, error=Unavailable(), at=at)


def test_after_five_silences_nobody_calls_for_a_while():
    merchant = make_merchant("scripted")
    silence(merchant, 4)
    assert call(merchant, error=Unavailable()) == "silent"

    assert call(merchant) == "not called"
    assert call(merchant, at=AT + timedelta(seconds=14)) == "not called"


def test_an_answer_in_between_begins_the_count_anew():
    merchant = make_merchant("scripted")
    silence(merchant, 4)
    call(merchant)
    silence(merchant, 4)

    assert call(merchant) == "called"


def test_a_refusal_is_an_answer():
    merchant = make_merchant("scripted")
    silence(merchant, 4)
    assert call(merchant, error=Conflict(code="no")) == "no"
    silence(merchant, 4)

    assert call(merchant) == "called"


def test_after_a_rest_one_tries_and_the_others_wait_for_it():
    merchant = make_merchant("scripted")
    silence(merchant, 5)
    then = AT + timedelta(seconds=16)

    with services.through(merchant, at=then):
        assert call(merchant, at=then) == "not called"
    assert call(merchant, at=then) == "called"


def test_the_longer_it_is_silent_the_longer_it_rests_and_never_longer_than_ten_minutes():
    merchant, at, rests = make_merchant("scripted"), AT, []
    silence(merchant, 5)
    for _ in range(8):
        until = Merchant.objects.get(pk=merchant.pk).rests_until
        rests.append((until - at).total_seconds())
        at = until
        call(merchant, error=Unavailable(), at=at)

    assert rests == [15, 30, 60, 120, 240, 480, 600, 600]


def test_one_merchant_rests_and_another_of_the_same_company_does_not():
    first, second = make_merchant("scripted"), make_merchant("scripted", "second", currency="USD")
    silence(first, 5)

    assert (call(first), call(second)) == ("not called", "called")


def test_payments_of_a_resting_merchant_are_being_checked_and_never_failed(scripted):
    scripted.silent = True
    payments = [make_payment() for _ in range(8)]
    run_outbox()
    assert {payment.status for payment in Payment.objects.all()} <= {Status.CREATED, Status.UNKNOWN}
    assert len(scripted.calls) == 5
    scripted.silent = False
    Merchant.objects.update(failures=0, rests_until=None)
    run_outbox(again=True)

    assert {payment.status for payment in Payment.objects.all()} == {Status.AWAITING_PAYER}
    assert len(payments) == 8
