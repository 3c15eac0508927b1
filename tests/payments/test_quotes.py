from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from apps.kernel.errors import Unmet
from apps.payments.models import Payment, Quote
from apps.posts.models import Tariff
from tests.payments.factories import AT, make_payment, make_priced_post, make_quote, settle
from tests.posts.factories import change_fee, make_tariff

pytestmark = pytest.mark.django_db


def test_a_quote_has_the_lines_of_the_tariff_in_both_languages():
    post = make_priced_post()
    make_tariff(post, "urgent", 2000)

    quote = make_quote(post=post, components=["base", "urgent"])

    assert (quote.currency, quote.total_minor) == ("EUR", 3600)
    assert [(line["code"], line["amount_minor"]) for line in quote.lines] == [("base", 1600), ("urgent", 2000)]
    assert quote.lines[0]["label_en"] == "Document fee"
    assert quote.lines[0]["legal_basis_zh"] == "《护照法》第二十二条"
    assert {line["tariff"] for line in quote.lines} == set(Tariff.objects.values_list("pk", flat=True))


def test_the_price_that_was_shown_stays_when_the_tariff_changes():
    shown = make_quote("thing:1")
    change_fee(shown.post, amount_minor=9900, at=AT - timedelta(hours=1))

    again = make_quote("thing:1", at=AT + timedelta(hours=23))

    assert again == shown
    assert again.total_minor == 1600


def test_after_a_day_the_new_tariff_counts():
    change_fee(make_quote("thing:1").post, amount_minor=9900, at=AT)

    assert make_quote("thing:1", at=AT + timedelta(hours=24)).total_minor == 9900


def test_another_wish_has_another_price():
    post = make_priced_post()
    make_tariff(post, "urgent", 2000)
    plain = make_quote("thing:1", post=post)

    urgent = make_quote("thing:1", post=post, components=["base", "urgent"])

    assert (plain.total_minor, urgent.total_minor) == (1600, 3600)
    assert make_quote("thing:1", post=post) == plain


def test_what_was_paid_is_what_is_shown_for_ever(scripted):
    payment = make_payment()
    settle(payment)
    change_fee(payment.quote.post, amount_minor=9900, at=AT)

    assert make_quote(payment.payable, at=AT + timedelta(days=90)) == payment.quote
    assert Payment.objects.paying(payment.payable).exists()


def test_a_price_of_nothing_needs_no_payment():
    quote = make_quote(post=make_priced_post(amount_minor=0))

    assert quote.total_minor == 0
    assert not quote.needs_payment


def test_without_a_tariff_there_is_no_quote():
    with pytest.raises(Unmet) as refused:
        make_quote(at=datetime(2019, 6, 30, 12, tzinfo=UTC))

    assert refused.value.code == "no_tariff"
    assert not Quote.objects.exists()


def test_an_amount_is_written_for_the_person_who_reads_it():
    quote = make_quote()

    with translation.override("en"):
        assert quote.total_text == "EUR 16.00"
    yen = make_quote(post=make_priced_post("TYO", currency="JPY", amount_minor=2400))
    with translation.override("en"):
        assert yen.total_text == "JPY 2,400"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE payments_quote SET total_minor = 1",
        "UPDATE payments_quote SET lines = '[]'",
        "DELETE FROM payments_quote",
    ],
)
def test_the_database_refuses_to_change_a_quote(change):
    quote = make_quote()

    with pytest.raises(IntegrityError, match="payments_quote is never changed"), transaction.atomic():
        connection.cursor().execute(change)
    quote.refresh_from_db()
    assert quote.total_minor == 1600


@pytest.mark.django_db(transaction=True)
def test_two_phones_that_ask_at_once_see_one_quote():
    post = make_priced_post()
    start = Barrier(6)

    def ask() -> None:
        start.wait()
        make_quote("thing:1", post=post)
        connection.close()

    threads = [Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Quote.objects.count() == 1
