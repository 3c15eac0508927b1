"""Balances are the sums of entries, whichever days are closed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.ledger import reports, services
from apps.ledger.chart import CHART
from apps.ledger.models import Account, Balance, Closing
from apps.posts.models import Post
from tests.ledger.factories import AT, CAPTURE, books, post
from tests.ledger.test_refusals import run

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONDAY = AT.date()
FEE, TILL = "fee_income:base", "cash"


def sale(amount, day=0):
    return post({TILL: amount, FEE: -amount}, at=AT + day * DAY)


def close(until, currency="EUR"):
    [(kept,)] = run("SELECT ledger_close('PAR', %s, %s)", currency, until)
    return kept


def till(until=None):
    return reports.balances(post=books(), currency="EUR", until=until)[TILL]


def test_a_balance_is_of_its_post_and_currency():
    post()
    post(post=books("ROM"), currency="EUR", entries={"cash": 5, "suspense": -5})
    post(currency="CNY", entries={"cash": 7, "suspense": -7})

    assert reports.balances(post=books(), currency="EUR") == CAPTURE
    assert reports.balances(post=books(), currency="CNY") == {"cash": 7, "suspense": -7}
    assert reports.balances(post=books(), currency="USD") == {}
    assert reports.trial_balance() == {"CNY": 0, "EUR": 0}


def test_a_balance_is_at_the_end_of_a_day_closed_or_not():
    for day in range(4):
        sale(10**day, day)

    for closed in (None, MONDAY, MONDAY + DAY, MONDAY + 2 * DAY):
        if closed:
            close(closed)
        assert [till(MONDAY + day * DAY) for day in range(-1, 5)] == [0, 1, 11, 111, 1111, 1111]
        assert till() == 1111
        assert reports.trial_balance(until=MONDAY + DAY) == {"EUR": 0}


def test_closing_keeps_a_balance_for_each_day_on_which_an_account_moved():
    sale(1)
    sale(10)
    sale(100, 2)

    assert close(MONDAY + 5 * DAY) == 4
    kept = Balance.objects.filter(account__code=TILL).order_by("day").values_list("day", "amount_minor")
    assert list(kept) == [(MONDAY, 11), (MONDAY + 2 * DAY, 111)]
    assert close(MONDAY + 5 * DAY) == close(MONDAY) == close(MONDAY + 6 * DAY) == 0
    assert Closing.objects.count() == 1


def test_what_comes_late_is_booked_on_the_first_open_day():
    sale(1)
    close(MONDAY + DAY)

    late = sale(10)

    assert (late.booked_on, late.at) == (MONDAY + 2 * DAY, AT)
    assert set(late.entries.values_list("booked_on", flat=True)) == {MONDAY + 2 * DAY}
    assert [till(MONDAY + day * DAY) for day in range(4)] == [1, 1, 11, 11]
    assert sale(100, 7).booked_on == MONDAY + 7 * DAY


def test_a_day_is_closed_in_one_currency_of_one_post():
    sale(1)
    close(MONDAY)

    assert post(currency="CNY").booked_on == MONDAY
    assert post(post=books("ROM")).booked_on == MONDAY


def test_a_transaction_that_closes_its_own_day_takes_no_more_entries():
    with pytest.raises(IntegrityError, match="is sealed"), transaction.atomic():
        made = sale(1)
        close(MONDAY)
        for amount, code in ((5, "cash"), (-5, "suspense")):
            account = Account.objects.get_or_create(post=books(), currency="EUR", code=f"{code}:x", kind=CHART[code])
            made.entries.create(
                account=account[0], post=made.post, currency="EUR", booked_on=made.booked_on, amount_minor=amount
            )


def test_no_day_is_closed_before_it_is_over_at_the_post():
    """Neither the day of the post nor one to come; the clock is the one of the database."""
    post = books()
    [(now,)] = run("SELECT clock_timestamp()")
    today = post.today(now)
    with pytest.raises(IntegrityError, match="is not over at PAR"), transaction.atomic():
        close(today)
    with pytest.raises(IntegrityError, match="is not over at PAR"), transaction.atomic():
        close(today + 100 * DAY)
    assert close(today - DAY) == 0


def test_everything_that_is_over_somewhere_is_closed_by_the_clock_of_its_post():
    books("ROM")
    Post.objects.filter(code="ROM").update(time_zone="America/New_York")
    for facts in ({}, {"currency": "CNY"}, {"post": books("ROM")}):
        post(**facts)

    assert services.close(at=datetime(2026, 3, 3, 2, tzinfo=UTC)) == 4
    assert set(Closing.objects.values_list("post", "currency", "day")) == {
        ("PAR", "EUR", MONDAY),
        ("PAR", "CNY", MONDAY),
    }
    assert services.close(at=datetime(2026, 3, 3, 7, tzinfo=UTC)) == 2


def test_a_statement_tells_how_one_balance_became_another():
    made = [sale(10**day, day) for day in range(4)]
    close(MONDAY + DAY)
    account = Account.objects.get(code=TILL)

    told = reports.statement(account=account, start=MONDAY + DAY, end=MONDAY + 2 * DAY)

    assert (told.opening_minor, told.closing_minor) == (1, 111)
    assert [entry.transaction for entry in told.entries] == made[1:3]
    assert told.opening_minor + sum(entry.amount_minor for entry in told.entries) == told.closing_minor


def plan(account):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows = Account.objects.filter(pk=account.pk).with_balance().values("balance_minor")
        return rows.explain(analyze=True, timing=False, summary=False)


def test_a_balance_reads_one_kept_row_and_what_is_not_closed():
    for day in range(30):
        sale(1, day)
    run("ANALYZE ledger_entry, ledger_balance")
    close(MONDAY + 27 * DAY)

    told = plan(Account.objects.get(code=TILL))

    assert till() == 30
    assert "entries_of_an_account" in told
    assert "rows=30" not in told
    assert "Seq Scan on ledger_entry" not in told


codes = st.sampled_from(sorted(CHART))
postings = st.lists(
    st.tuples(
        st.sampled_from(["EUR", "CNY"]),
        st.integers(-3, 3),
        st.dictionaries(codes, st.integers(-(10**12), 10**12), min_size=1, max_size=5),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


def balanced(amounts):
    return {**amounts, "suspense": amounts.get("suspense", 0) - sum(amounts.values())}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(postings, st.integers(-3, 3))
def test_whatever_is_posted_the_books_are_zero_and_balances_are_sums(given_postings, closed):
    """Posted, some of it reversed, a day closed in the middle of it: against a dictionary that does the same."""
    expected = {}
    with transaction.atomic():
        for turn, (currency, day, drawn, is_reversed) in enumerate(given_postings):
            amounts = nonzero(balanced(drawn))
            if not amounts:
                continue
            if turn == len(given_postings) // 2:
                [close(MONDAY + closed * DAY, one) for one in ("EUR", "CNY")]
            made = post(amounts, currency=currency, at=AT + day * DAY)
            its = expected.setdefault(currency, {}).setdefault(made.booked_on, [])
            if is_reversed:
                services.reverse(transaction=made, source=f"undo:{made.pk}", at=AT + day * DAY)
            else:
                its.append(amounts)
        connection.check_constraints()

        assert set(reports.trial_balance().values()) <= {0}
        for day in range(-4, 5):
            until = MONDAY + day * DAY
            for currency, days in expected.items():
                assert nonzero(reports.balances(post=books(), currency=currency, until=until)) == summed(days, until)
        assert services.verify() == []
        transaction.set_rollback(True)


def nonzero(amounts):
    return {code: amount for code, amount in amounts.items() if amount}


def summed(days, until):
    found = {}
    for day, many in days.items():
        for amounts in many if day <= until else []:
            for code, amount in amounts.items():
                found[code] = found.get(code, 0) + amount
    return nonzero(found)


def test_a_day_is_a_date_of_the_post():
    assert post(at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC)).booked_on == date(2026, 3, 3)
