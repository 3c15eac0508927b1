"""Nobody bends the books: what the database refuses, whoever asks and however."""

from contextlib import contextmanager

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.ledger.chart import CHART
from apps.ledger.models import REVERSAL, Account, Entry, Transaction
from tests.ledger.factories import AT, books, post

pytestmark = pytest.mark.django_db


def run(sql, *given):
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def refused(why, error=IntegrityError):
    """By the end of the block, where deferred checks are made."""
    with pytest.raises(error, match=why), transaction.atomic():
        yield
        connection.check_constraints()


def opened(**facts):
    given = {"post": books(), "currency": "EUR", "kind": "capture", "source": "payment:raw", "at": AT}
    return Transaction.objects.create(**{**given, "booked_on": AT.date(), **facts})


def account(code, **facts):
    given = {"post": books(), "currency": "EUR", "kind": CHART.get(code.partition(":")[0], "asset")}
    return Account.objects.get_or_create(code=code, **given | facts)[0]


def enter(made, code, amount_minor, **facts):
    given = {"account": account(code), "post": made.post, "currency": made.currency, "booked_on": made.booked_on}
    return Entry.objects.create(transaction=made, amount_minor=amount_minor, **given | facts)


def test_planted_the_same_rows_by_hand_are_taken_when_they_are_right():
    with transaction.atomic():
        made = opened()
        enter(made, "cash", 100)
        enter(made, "suspense", -100)
        connection.check_constraints()

    assert Entry.objects.count() == 2


@pytest.mark.parametrize("amounts", [[], [100], [100, -99], [100, 100], [100, -50, -49]])
def test_what_does_not_balance_is_refused_at_the_end(amounts):
    with refused("does not balance"):
        made = opened()
        for code, amount in zip(("cash", "suspense", "bank:main"), amounts, strict=False):
            enter(made, code, amount)


def test_whoever_checks_early_cannot_add_more_that_does_not_balance():
    with refused("does not balance"):
        made = opened()
        enter(made, "cash", 100)
        enter(made, "suspense", -100)
        run("SET CONSTRAINTS ALL IMMEDIATE")
        enter(made, "bank:main", 100)
    run("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("UPDATE ledger_entry SET amount_minor = amount_minor + 1", "entry"),
        ("UPDATE ledger_entry SET amount_minor = amount_minor", "entry"),
        ("UPDATE ledger_transaction SET reason = 'another'", "transaction"),
        ("UPDATE ledger_transaction SET created_xid = pg_current_xact_id()", "transaction"),
        ("UPDATE ledger_account SET code = 'suspense'", "account"),
        ("DELETE FROM ledger_entry", "entry"),
        ("DELETE FROM ledger_transaction", "transaction"),
        ("DELETE FROM ledger_account", "account"),
        ("TRUNCATE ledger_entry", "entry"),
        ("TRUNCATE ledger_transaction CASCADE", "transaction"),
        ("TRUNCATE ledger_account CASCADE", "account"),
        ("TRUNCATE posts_post CASCADE", "(account|transaction|closing)"),
        ("TRUNCATE ledger_balance", "balance"),
        ("TRUNCATE ledger_closing", "closing"),
        (
            "INSERT INTO ledger_entry SELECT * FROM ledger_entry ON CONFLICT (id) DO UPDATE SET amount_minor = 1",
            "entry",
        ),
        ("WITH gone AS (DELETE FROM ledger_entry RETURNING *) SELECT * FROM gone", "entry"),
        ("MERGE INTO ledger_entry USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE", "entry"),
    ],
)
def test_what_is_written_stays_even_to_the_owner_of_the_tables(sql, table):
    post()
    connection.check_constraints()

    with refused(f"ledger_{table} is never changed"):
        run(sql)
    assert sorted(Entry.objects.values_list("amount_minor", flat=True)) == [-1600, 1600]


def test_no_row_and_no_queryset_can_be_saved_or_deleted():
    made = post()
    for row in (made, made.entries.first(), Account.objects.first()):
        with refused("is never changed"):
            row.save()
        with refused("is never changed"):
            type(row).objects.update(currency="USD")
        with refused("is never changed"):
            type(row).objects.filter(pk=row.pk)._raw_delete("default")


def test_an_account_is_of_the_kind_its_code_says_and_of_no_other():
    for code, kind in CHART.items():
        assert account(code).kind == kind
        assert account(f"{code}:one.two:3-4").kind == kind
        for other in set(CHART.values()) - {kind}:
            with refused("an_account_is_of_the_kind_its_code_says"):
                Account.objects.create(post=books(), currency="CNY", code=code, kind=other)


@pytest.mark.parametrize(
    "code", ["", "petty_cash", "Cash", "cash:", "cash: x", "cashier", "xcash", "cash\n", "cash:现金"]
)
def test_a_code_outside_the_chart_is_refused(code):
    for kind in set(CHART.values()):
        with refused("an_account_is_of_the_kind_its_code_says"):
            Account.objects.create(post=books(), currency="EUR", code=code, kind=kind)


@pytest.mark.parametrize("currency", ["eur", "EU", "", "E€R"])
def test_an_account_is_in_a_currency(currency):
    with refused("an_account_is_in_a_currency"):
        account("cash", currency=currency)


def test_there_is_one_account_per_post_currency_and_code():
    account("cash")

    with refused("one_account_per_post_currency_and_code"):
        Account.objects.create(post=books(), currency="EUR", code="cash", kind="asset")


def test_an_entry_has_an_amount():
    with refused("an_entry_has_an_amount"):
        enter(opened(), "cash", 0)


def test_an_account_has_one_entry_in_a_transaction():
    with refused("one_entry_per_account_of_a_transaction"):
        made = opened()
        enter(made, "cash", 100)
        enter(made, "cash", -100)


BOTH = "an_entry_is_of_the_post"


@pytest.mark.parametrize("wrong", ["of the account", "of the entry", "of the transaction"])
@pytest.mark.parametrize("what", ["currency", "post"])
def test_post_and_currency_are_one_in_account_entry_and_transaction(what, wrong):
    """Three places where they could differ, and no two of them may."""
    other = {"currency": "USD"} if what == "currency" else {"post": books("ROM")}
    with refused(BOTH):
        made = opened(**(other if wrong == "of the transaction" else {}))
        its = {} if wrong == "of the transaction" else {what: getattr(made, what)}
        its |= other if wrong == "of the entry" else {}
        of_account = account("cash", **(other if wrong == "of the account" else {}))
        enter(made, "cash", 100, account=of_account, **its)


def test_an_entry_is_of_the_day_of_its_transaction():
    with refused("an_entry_is_of_the_post_currency_and_day_of_its_transaction"):
        enter(opened(), "cash", 100, booked_on="2026-03-01")


def test_a_source_is_posted_once_in_each_kind():
    made = post()

    with refused("a_source_is_posted_once_in_each_kind"):
        opened(source=made.source, kind=made.kind)


@pytest.mark.parametrize("kind", ["", "Capture", "cap-ture", "1"])
def test_a_transaction_is_of_a_kind(kind):
    with refused("a_transaction_is_of_a_kind"):
        opened(kind=kind)


def test_a_transaction_says_where_it_comes_from():
    with refused("a_transaction_says_where_it_comes_from"):
        opened(source="")


def test_a_reversal_says_what_it_reverses_and_nothing_else_does():
    made = post()

    with refused("a_reversal_says_what_it_reverses"):
        opened(kind=REVERSAL)
    with refused("a_reversal_says_what_it_reverses"):
        opened(kind="capture", reverses=made)


def undoing(made, amount_minor=-1600, **facts):
    undone = opened(kind=REVERSAL, reverses=made, source="correction:raw", **facts)
    enter(undone, "clearing:wechat:1230000109", amount_minor)
    enter(undone, "fee_income:base", -amount_minor)
    return undone


def test_a_reversal_undoes_exactly_what_it_reverses():
    made = post()
    for amount in (-1, 1600, -3200):
        with refused("is not what reverses another"):
            undoing(made, amount)

    undoing(made)
    connection.check_constraints()


def test_what_was_reversed_cannot_grow_in_the_transaction_that_made_it():
    with refused("is not what reverses another"):
        made = post()
        undoing(made)
        run("SET CONSTRAINTS ALL IMMEDIATE")
        given = {"post": made.post, "currency": "EUR", "booked_on": made.booked_on}
        Entry.objects.bulk_create(
            Entry(transaction=made, account=account(code), amount_minor=amount, **given)
            for code, amount in {"cash": 5, "suspense": -5}.items()
        )
    run("SET CONSTRAINTS ALL DEFERRED")


def test_a_transaction_is_reversed_once():
    made = post()
    undoing(made)

    with refused("reverses_id"):
        opened(kind=REVERSAL, reverses=made, source="correction:other")


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.django_db(transaction=True)
def test_a_snapshot_that_could_be_old_is_refused(level):
    books()

    for write in (opened, lambda: run("SELECT ledger_close('PAR', 'EUR', '2026-03-01')")):
        with refused("written at READ COMMITTED", DatabaseError):
            run(f"SET TRANSACTION ISOLATION LEVEL {level}")
            write()
