"""What is committed takes no more entries; what is not, takes them from whichever savepoint."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.ledger import services
from apps.ledger.models import Entry, Transaction
from tests.ledger.factories import AT, books, post
from tests.ledger.test_refusals import account, enter, opened, run

pytestmark = pytest.mark.django_db(transaction=True)


def two_more(made):
    given = {"transaction": made, "post": made.post, "currency": made.currency, "booked_on": made.booked_on}
    Entry.objects.bulk_create(
        Entry(account=account(code), amount_minor=amount, **given)
        for code, amount in {"cash": 5, "suspense": -5}.items()
    )


def test_a_committed_transaction_takes_no_entry_even_if_it_would_balance():
    made = post()

    with pytest.raises(IntegrityError, match=f"transaction {made.pk} of the ledger is sealed"):
        two_more(made)
    assert made.entries.count() == 2


def test_entries_come_from_any_savepoint_of_the_transaction_that_made_it():
    with transaction.atomic():
        with transaction.atomic():
            made = opened()
        with transaction.atomic():
            enter(made, "cash", 5)
        with transaction.atomic():
            two_more_undone(made)
        enter(made, "suspense", -5)

    assert dict(made.entries.values_list("account__code", "amount_minor")) == {"cash": 5, "suspense": -5}
    with pytest.raises(IntegrityError, match="is sealed"):
        enter(made, "bank:main", 1)


def two_more_undone(made):
    enter(made, "bank:main", 1)
    transaction.set_rollback(True)


def test_whoever_writes_the_row_cannot_say_which_transaction_made_it():
    """Neither a number still to come nor the one of now survives being named."""
    row = (
        "INSERT INTO ledger_transaction (post_id, currency, kind, source, at, booked_on, reason, created_xid, recorded_at)"
        " VALUES ('PAR', 'EUR', 'capture', 'payment:raw', now(), '2026-03-02', '', '18446744073709551615', 'infinity')"
        " RETURNING id, created_xid = pg_current_xact_id(), recorded_at = transaction_timestamp()"
    )
    books()
    with transaction.atomic():
        ((_pk, *own),) = run(row)
        transaction.set_rollback(True)

    assert own == [True, True]


@pytest.mark.parametrize("column", ["created_xid = pg_current_xact_id()", "recorded_at = transaction_timestamp()"])
def test_number_and_moment_of_the_making_transaction_must_both_be_right(column):
    """A database restored from a dump counts its transactions anew, and comes to an old number again."""
    made = post()
    with transaction.atomic():
        run("ALTER TABLE ledger_transaction DISABLE TRIGGER never_changes")
        run(f"UPDATE ledger_transaction SET {column}")
        with pytest.raises(IntegrityError, match="is sealed"), transaction.atomic():
            two_more(made)
        transaction.set_rollback(True)


def test_what_does_not_balance_fails_at_the_commit():
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        enter(opened(), "cash", 100)

    assert not Transaction.objects.exists()


def test_a_posting_is_undone_with_what_moved_the_money():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        post()
        services.reverse(transaction=post(), source="correction:1", at=AT)
        raise ZeroDivisionError

    assert not Entry.objects.exists()
    assert connection.get_autocommit()
