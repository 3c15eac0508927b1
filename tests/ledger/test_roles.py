"""The books as each kind of process finds them: the roles of an installation, and nothing of ours in between."""

from contextlib import closing, contextmanager
from datetime import timedelta

import psycopg2
import pytest
from django.db import ProgrammingError, transaction

from apps.accounts.models import User
from apps.ledger import reports, services
from apps.ledger.models import Account, Balance, Transaction
from apps.posts.models import Officer
from consular.database.desk import tell_database
from tests.database.conftest import acting, asked, enter, refused, secured  # noqa: F401 -- fixtures
from tests.ledger.factories import AT, CAPTURE, books, post

pytestmark = pytest.mark.django_db(transaction=True)
POSTING = ("api", "staff", "worker")
FORBIDDEN = [
    *(f"UPDATE ledger_{table} SET id = id" for table in ("account", "transaction", "entry", "balance", "closing")),
    *(f"DELETE FROM ledger_{table}" for table in ("account", "transaction", "entry", "balance", "closing")),
    *(f"TRUNCATE ledger_{table} CASCADE" for table in ("account", "transaction", "entry", "balance", "closing")),
    "SELECT * FROM ledger_entry FOR UPDATE",
    "INSERT INTO ledger_balance (account_id, day, amount_minor) VALUES (1, '2026-01-01', 1)",
    "INSERT INTO ledger_closing (post_id, currency, day) VALUES ('PAR', 'EUR', '2099-01-01')",
    "ALTER TABLE ledger_entry DISABLE TRIGGER never_changes",
    "ALTER TABLE ledger_entry DROP CONSTRAINT an_entry_has_an_amount",
    "DROP TRIGGER balances ON ledger_entry",
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP FUNCTION ledger_seal CASCADE",
    "SET session_replication_role = replica",
]


@pytest.mark.parametrize("kind", [*POSTING, "auditor"])
def test_no_process_can_change_what_is_written_nor_its_guards(enter, kind):  # noqa: F811
    post()
    session = enter(kind)

    assert [sql for sql in FORBIDDEN if not refused(session, sql)] == []
    assert reports.balances(post=books(), currency="EUR") == CAPTURE


@pytest.mark.parametrize("kind", ["api", "worker"])
def test_a_process_that_moves_money_posts_and_reverses(acting, kind):  # noqa: F811
    books()
    with acting(kind):
        made = post()
        services.reverse(transaction=made, source="correction:1", at=AT)

    assert Transaction.objects.count() == 2
    assert services.verify() == []


UNBALANCED = """
WITH made AS (
    INSERT INTO ledger_transaction (post_id, currency, kind, source, at, booked_on, reason)
    VALUES ('PAR', 'EUR', 'capture', 'payment:raw', now(), '2026-03-02', '') RETURNING id, post_id, currency, booked_on
)
INSERT INTO ledger_entry (transaction_id, account_id, post_id, currency, booked_on, amount_minor)
SELECT made.id, account.id, made.post_id, made.currency, made.booked_on, 100 + account.id
FROM made, ledger_account AS account WHERE account.post_id = 'PAR'
"""
ADDED = """
INSERT INTO ledger_entry (transaction_id, account_id, post_id, currency, booked_on, amount_minor)
SELECT {}, id, 'PAR', 'EUR', '2026-03-02', CASE code WHEN 'cash' THEN 1 ELSE -1 END FROM ledger_account
WHERE code IN ('cash', 'suspense')
"""


@pytest.mark.parametrize("kind", ["api", "worker"])
def test_the_guards_see_what_a_process_does_by_hand(enter, kind):  # noqa: F811
    made = post()
    post({"cash": 1, "suspense": -1})
    session = enter(kind)

    with pytest.raises(psycopg2.errors.CheckViolation, match="does not balance"):
        asked(session, UNBALANCED)
    with pytest.raises(psycopg2.errors.RestrictViolation, match="is sealed"):
        asked(session, ADDED.format(made.pk))
    assert services.verify() == []


def officer_of(code):
    user = User.objects.create_user(f"officer-{code}", "a-long-enough-password", is_staff=True)
    Officer.objects.create(user=user, post=books(code))
    return user


SEEN = [
    "SELECT DISTINCT post_id::text FROM ledger_account",
    "SELECT DISTINCT post_id::text FROM ledger_transaction",
    "SELECT DISTINCT post_id::text FROM ledger_entry",
    "SELECT DISTINCT post_id::text FROM ledger_closing",
    "SELECT DISTINCT post_id::text FROM ledger_balance JOIN ledger_account ON ledger_account.id = account_id",
]


def test_the_desk_sees_and_writes_the_books_of_its_own_post_alone(enter):  # noqa: F811
    post()
    post(post=books("ROM"))
    services.close(at=AT + timedelta(days=1))
    officer, staff = officer_of("PAR"), enter("staff")

    assert [asked(staff, sql, officer=officer.pk) for sql in SEEN] == [[("PAR",)]] * len(SEEN)
    assert [asked(staff, sql) for sql in SEEN] == [[]] * len(SEEN)
    assert asked(staff, "SELECT count(*) FROM ledger_balance", officer=officer.pk) == [(2,)]
    named = f"SELECT set_config('consular.officer', '{officer.pk}', true); "
    account = "INSERT INTO ledger_account (post_id, currency, code, kind) VALUES ('{}', 'EUR', 'cash', 'asset')"
    assert refused(staff, named + account.format("ROM"))
    assert not refused(staff, named + account.format("PAR"))


@contextmanager
def at_the_desk(officer):
    with transaction.atomic():
        tell_database(officer)
        yield


def test_the_counter_posts_under_the_eyes_of_the_database(acting):  # noqa: F811
    officer, elsewhere = officer_of("PAR"), books("ROM")
    with acting("staff"):
        with at_the_desk(officer):
            post({"cash": 1600, "fee_income:base": -1600}, post=officer.officer.post)
        with at_the_desk(officer), pytest.raises(ProgrammingError, match="row-level security"):
            post({"cash": 1600, "fee_income:base": -1600}, post=elsewhere)

    assert reports.trial_balance() == {"EUR": 0}


def test_an_entry_that_the_desk_no_longer_sees_is_counted_all_the_same(enter):  # noqa: F811
    """The officer is named anew before the commit: the guards ask as the owner."""
    post({"cash": 1, "suspense": -1})
    officer, staff = officer_of("PAR"), enter("staff")

    with (
        pytest.raises(psycopg2.errors.CheckViolation, match="does not balance"),
        staff,
        closing(staff.cursor()) as cursor,
    ):
        cursor.execute("SELECT set_config('consular.officer', %s, true)", [str(officer.pk)])
        cursor.execute(UNBALANCED)
        cursor.execute("SELECT set_config('consular.officer', '', true)")


def test_days_are_closed_by_the_worker_through_the_one_function_that_may(acting):  # noqa: F811
    post()
    with acting("worker"):
        assert services.close(at=AT + timedelta(days=1)) == 2

    assert (Balance.objects.count(), Account.objects.count()) == (2, 2)
