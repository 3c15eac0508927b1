"""What somebody with every right did behind the guards is found, and named."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from apps.ledger import services
from apps.ledger.models import Account, Balance, Closing, Entry, Transaction
from tests.ledger.factories import AT, books, post
from tests.ledger.test_refusals import run

pytestmark = pytest.mark.django_db


def said(**options):
    out, error = StringIO(), None
    try:
        call_command("ledger", "verify", stdout=out, **options)
    except CommandError as raised:
        error = raised
    return out.getvalue().splitlines(), error


@pytest.fixture
def kept():
    """Two posts with two days, of which the first is closed."""
    for code in ("PAR", "ROM"):
        for day in range(2):
            post(post=books(code), at=AT + timedelta(days=day))
    services.reverse(transaction=post(at=AT + timedelta(days=1)), source="correction:1", at=AT + timedelta(days=1))
    services.close(at=AT + timedelta(days=1))
    connection.check_constraints()


def behind_the_guards(*sql):
    """As the owner, with every trigger of ours out of the way, and back again."""
    _guards("DISABLE")
    for line in sql:
        run(line)
    connection.check_constraints()
    _guards("ENABLE")


def _guards(word):
    for table in services.verifying.GUARDS:
        run(f"ALTER TABLE {table} {word} TRIGGER USER")


def test_books_that_nobody_touched_are_right(kept):
    (line,), error = said()

    assert error is None
    assert line == "6 transactions and 12 entries are as they were posted"
    assert said(post="ROM") == (["2 transactions and 4 entries are as they were posted"], None)


BENT = {
    "an amount": (
        ["UPDATE ledger_entry SET amount_minor = 1 WHERE id = {entry}"],
        ["transaction {transaction} has fewer than two entries, or its entries are not zero in sum"],
    ),
    "an entry gone": (
        ["DELETE FROM ledger_entry WHERE transaction_id = {transaction}"],
        ["transaction {transaction} has fewer than two entries, or its entries are not zero in sum"],
    ),
    "amounts moved between two transactions": (
        [
            "UPDATE ledger_entry SET amount_minor = amount_minor * 2 WHERE transaction_id = {reversed}",
            "UPDATE ledger_entry SET amount_minor = amount_minor * 2 WHERE transaction_id = {another}",
        ],
        ["transaction {reversal} does not undo what it reverses"],
    ),
    "a balance": (
        ["UPDATE ledger_balance SET amount_minor = amount_minor + 1 WHERE id = {balance}"],
        ["balance {balance} is not what its account had at the end of that day"],
    ),
    "a balance gone": (
        ["DELETE FROM ledger_balance WHERE id = {balance}"],
        ["entry {entry} is booked on a closed day of which no balance was kept"],
    ),
    "a balance of a day without entries": (
        ["UPDATE ledger_balance SET day = day - 1 WHERE id = {balance}"],
        ["balance {balance} is not what its account had at the end of that day"],
    ),
    "whole postings on a closed day": (
        ["UPDATE ledger_entry SET amount_minor = amount_minor * 2 WHERE transaction_id = {transaction}"],
        ["balance {balance} is not what its account had at the end of that day"],
    ),
}


@pytest.mark.parametrize("bent", BENT)
def test_what_was_bent_is_named(kept, bent):
    sql, expected = BENT[bent]
    undone = Transaction.objects.get(kind="reversal")
    ids = {
        "entry": Entry.objects.order_by("pk").first().pk,
        "transaction": Transaction.objects.order_by("pk").first().pk,
        "balance": Balance.objects.order_by("pk").first().pk,
        "reversed": undone.reverses_id,
        "reversal": undone.pk,
        "another": Transaction.objects.order_by("pk")[1].pk,
    }
    behind_the_guards(*(line.format(**ids) for line in sql))

    lines, error = said()

    assert {line.format(**ids) for line in expected} <= set(lines)
    assert error is not None
    assert error.returncode == 1
    assert said(post="ROM")[1] is None


def test_an_account_of_another_kind_is_named(kept):
    wrong = Account.objects.order_by("pk").first().pk
    run("ALTER TABLE ledger_account DROP CONSTRAINT an_account_is_of_the_kind_its_code_says")
    behind_the_guards(f"UPDATE ledger_account SET kind = 'income' WHERE id = {wrong}")

    assert said()[0] == [f"account {wrong} is not of the kind its code says"]


def test_an_entry_of_another_day_is_named(kept):
    wrong = Entry.objects.order_by("-pk").first().pk
    run("ALTER TABLE ledger_entry DROP CONSTRAINT an_entry_is_of_the_post_currency_and_day_of_its_transaction")
    behind_the_guards(f"UPDATE ledger_entry SET booked_on = booked_on + 1 WHERE id = {wrong}")

    assert said()[0] == [f"entry {wrong} is of another post, currency or day than its transaction or its account"]


@pytest.mark.parametrize(
    ("table", "guard"),
    [(table, guard) for table, guards in services.verifying.GUARDS.items() for guard in guards],
)
@pytest.mark.parametrize("how", ["ALTER TABLE {} DISABLE TRIGGER {}", "DROP TRIGGER {1} ON {0}"])
def test_a_guard_that_is_away_is_named(table, guard, how):
    with transaction.atomic():
        run(how.format(table, guard))
        lines, error = said()
        transaction.set_rollback(True)

    assert lines == [f"{table} is without its guard {guard}"]
    assert error.returncode == 1


def test_every_trigger_of_the_ledger_is_a_guard_that_is_looked_for():
    rows = run(
        "SELECT tgrelid::regclass::text, tgname::text FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'ledger\\_%%'"
    )
    assert sorted(rows) == sorted((table, name) for table, names in services.verifying.GUARDS.items() for name in names)


def test_a_post_that_is_not_there_is_no_book():
    assert str(said(post="XXX")[1]) == "there is no post XXX"
    assert Closing.objects.count() == 0
