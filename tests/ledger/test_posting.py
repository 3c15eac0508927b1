"""What goes into the books, and what does not."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from apps.kernel.errors import Conflict, Invalid
from apps.ledger import reports, services
from apps.ledger.models import Account, Entry, Transaction
from apps.posts.models import Post
from tests.ledger.factories import AT, CAPTURE, books, post

pytestmark = pytest.mark.django_db


def written(made):
    return dict(made.entries.values_list("account__code", "amount_minor"))


def test_what_is_posted_is_written_with_its_accounts():
    made = post(reason="counter fee")

    assert written(made) == CAPTURE
    assert (made.post_id, made.currency, made.at, made.reason) == ("PAR", "EUR", AT, "counter fee")
    assert dict(Account.objects.values_list("code", "kind")) == {
        "clearing:wechat:1230000109": "asset",
        "fee_income:base": "income",
    }


def test_accounts_are_made_once_for_a_post_and_currency():
    post()
    post()
    post(currency="CNY")
    post(post=books("ROM"))

    assert Account.objects.count() == 6


def test_the_same_source_and_kind_with_the_same_entries_is_once():
    first, again = (post(source="payment:1", at=at) for at in (AT, datetime(2026, 4, 1, tzinfo=UTC)))

    assert again == first
    assert again.at == AT
    assert (Transaction.objects.count(), Entry.objects.count()) == (1, 2)


def test_a_zero_is_left_out_and_makes_no_other_posting():
    first = post({**CAPTURE, "gateway_fee": 0}, source="payment:1")

    assert written(first) == CAPTURE
    assert post(source="payment:1") == first
    assert not Account.objects.filter(code="gateway_fee").exists()


@pytest.mark.parametrize(
    "other",
    [
        {"entries": {"clearing:wechat:1230000109": 1700, "fee_income:base": -1700}},
        {"entries": {"clearing:wechat:1230000109": 1600, "surplus_payable": -1600}},
        {"entries": {"clearing:wechat:1230000109": 1600, "fee_income:base": -1500, "fee_income:urgent": -100}},
        {"entries": {code: -amount for code, amount in CAPTURE.items()}},
        {"currency": "CNY"},
        {"post": "ROM"},
    ],
)
def test_the_same_source_and_kind_otherwise_is_refused(other):
    post(source="payment:1")
    if "post" in other:
        other = {"post": books(other["post"])}

    with pytest.raises(Conflict) as refused:
        post(source="payment:1", **other)

    assert refused.value.code == "posted_otherwise"
    assert Transaction.objects.count() == 1


def test_one_source_may_be_posted_in_several_kinds():
    post(source="payment:1")
    post({"fee_income:base": 1600, "refund_in_transit": -1600}, source="payment:1", kind="refund_accepted")

    assert reports.balances(post=books(), currency="EUR") == {
        "clearing:wechat:1230000109": 1600,
        "fee_income:base": 0,
        "refund_in_transit": -1600,
    }


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ({}, "nothing_to_post"),
        ({"cash": 0, "suspense": 0}, "nothing_to_post"),
        ({"cash": 1600}, "unbalanced"),
        ({"cash": 1600, "suspense": -1599}, "unbalanced"),
        ({"cash": 16.0, "suspense": -16.0}, "inexact"),
        ({"cash": True, "suspense": -1}, "inexact"),
        ({"cash": 1600, "petty_cash": -1600}, "unknown_account"),
        ({"cash": 1600, "Cash": -1600}, "unknown_account"),
        ({"cash": 1600, "": -1600}, "unknown_account"),
    ],
)
def test_what_is_no_posting_is_refused_and_leaves_nothing(entries, code):
    with pytest.raises(Invalid) as refused:
        post(entries)

    assert refused.value.code == code
    assert (Account.objects.count(), Transaction.objects.count()) == (0, 0)


def test_it_is_booked_on_the_day_of_the_post():
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)

    assert post(at=late).booked_on == date(2026, 3, 3)
    assert post(at=late, post=books("LON"), currency="GBP").booked_on == date(2026, 3, 3)
    Post.objects.filter(code="LON").update(time_zone="Europe/London")
    assert post(at=late, post=books("LON"), currency="GBP").booked_on == date(2026, 3, 2)


def test_what_is_reversed_comes_to_nothing_and_stays_to_be_seen():
    made = post(source="payment:1")
    undone = services.reverse(transaction=made, source="correction:1", at=AT, reason="the wrong tariff")

    assert written(undone) == {code: -amount for code, amount in CAPTURE.items()}
    assert (undone.kind, undone.reverses, undone.reason) == ("reversal", made, "the wrong tariff")
    assert set(reports.balances(post=books(), currency="EUR").values()) == {0}
    assert Transaction.objects.count() == 2


def test_reversing_twice_is_once_and_by_another_source_is_refused():
    made = post()
    first = services.reverse(transaction=made, source="correction:1", at=AT)

    assert services.reverse(transaction=made, source="correction:1", at=AT) == first
    with pytest.raises(Conflict) as refused:
        services.reverse(transaction=made, source="correction:2", at=AT)
    assert refused.value.code == "already_reversed"
    assert Transaction.objects.count() == 2


def test_one_source_reverses_one_transaction():
    first, second = post(), post()
    services.reverse(transaction=first, source="correction:1", at=AT)

    with pytest.raises(Conflict) as refused:
        services.reverse(transaction=second, source="correction:1", at=AT)
    assert refused.value.code == "posted_otherwise"


def test_a_reversal_can_be_reversed():
    made = post()
    undone = services.reverse(transaction=made, source="correction:1", at=AT)
    services.reverse(transaction=undone, source="correction:2", at=AT)

    assert reports.balances(post=books(), currency="EUR") == CAPTURE


def test_two_currencies_are_two_halves_that_each_balance():
    post({"fx_difference": 1600, "clearing:wechat:1": -1600}, source="settlement:1", kind="settlement_out")
    post({"bank:main": 12500, "fx_difference": -12500}, source="settlement:1", kind="settlement_in", currency="CNY")

    assert reports.trial_balance() == {"EUR": 0, "CNY": 0}


def test_it_stands_and_falls_with_the_transaction_it_is_written_in():
    with transaction.atomic():
        post()
        transaction.set_rollback(True)

    assert not Transaction.objects.exists()
    assert not Account.objects.exists()


def test_a_savepoint_that_is_undone_takes_its_posting_with_it_and_no_other():
    with transaction.atomic():
        kept = post()
        with transaction.atomic():
            post(source="payment:undone")
            transaction.set_rollback(True)
        with transaction.atomic():
            post({"cash": 100, "suspense": -100})
        connection.check_constraints()

    assert reports.balances(post=books(), currency="EUR") == {**CAPTURE, "cash": 100, "suspense": -100}
    assert Transaction.objects.filter(pk=kept.pk).exists()
    assert post(source="payment:undone").pk


def test_posting_asks_few_questions(django_assert_max_num_queries):
    post()
    with transaction.atomic(), django_assert_max_num_queries(10):
        post(post=books())
