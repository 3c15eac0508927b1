"""What must be true of the data whatever the code does: the database says no."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.payments import services
from apps.payments.models import InboundNotice, Payment, Refund, new_reference
from apps.payments.sealing import seal
from apps.payments.statuses import Status
from tests.payments.factories import AT, captured, make_payment, make_quote, settle
from tests.payments.merchants import make_merchant

pytestmark = pytest.mark.django_db


def refused(name: str, **facts):
    """Writing these facts into the only payment breaks the rule of that name."""
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Payment.objects.update(**facts)


def again(payment: Payment, **facts) -> Payment:
    """The same payment once more, as a row of its own."""
    copied = {
        name: getattr(payment, name)
        for name in ("quote", "payable", "payer", "merchant", "provider", "amount_minor", "currency", "expires_at")
    }
    return Payment.objects.create(**copied | facts)


@pytest.mark.parametrize("amount", [0, -1])
def test_a_payment_is_of_something(scripted, amount):
    payment = make_payment()

    with pytest.raises(IntegrityError, match="a_payment_has_an_amount"):
        again(payment, payable="other", amount_minor=amount)


@pytest.mark.parametrize("currency", ["eur", "E€R", "EU"])
def test_a_payment_is_in_a_currency(scripted, currency):
    payment = make_payment()

    with pytest.raises(IntegrityError, match="a_payment_is_in_a_currency"):
        again(payment, payable="other", currency=currency)


@pytest.mark.parametrize("reference", ["short", "has-a-dash-inside", "空格空格空格"])
def test_a_reference_suits_every_gateway(scripted, reference):
    payment = make_payment()

    with pytest.raises(IntegrityError, match="a_reference_suits_every_gateway"):
        again(payment, payable="other", reference=reference)


def test_a_payment_has_a_known_status(scripted):
    make_payment()

    refused("a_payment_has_a_known_status", status="paid")


def test_one_live_payment_per_payable(scripted):
    payment = make_payment()

    with pytest.raises(IntegrityError, match="one_live_payment_per_payable"):
        again(payment)


def test_one_payment_pays_for_a_payable(scripted):
    payment = settle(make_payment())

    with pytest.raises(IntegrityError, match="one_payment_pays_for_a_payable"):
        again(payment, status=Status.CAPTURED, captured_at=AT, provider_txn="another")


def test_one_payment_per_transaction_of_a_provider(scripted):
    payment = settle(make_payment())
    facts = {"payable": "other", "status": Status.CAPTURED, "captured_at": AT, "provider_txn": payment.provider_txn}
    facts |= {"quote": make_quote("other")}

    with pytest.raises(IntegrityError, match="one_payment_per_transaction_of_a_provider"), transaction.atomic():
        again(payment, **facts)
    assert again(payment, **facts, provider="other").pk


@pytest.mark.parametrize(
    "facts",
    [
        {"status": Status.CAPTURED, "captured_at": AT, "provider_txn": ""},
        {"status": Status.CAPTURED, "captured_at": None, "provider_txn": "txn"},
        {"status": Status.CLOSED, "is_surplus": True},
        {"status": Status.CLOSED, "captured_at": AT},
    ],
)
def test_captured_says_when_and_by_which_transaction(scripted, facts):
    make_payment()

    refused("captured_says_when_and_by_which_transaction", **facts)


@pytest.mark.parametrize(
    "facts",
    [{"amount_minor": 1}, {"currency": "USD"}, {"reference": "0" * 24}, {"payable": "other"}, {"provider": "other"}],
)
def test_what_a_payment_is_about_never_changes(scripted, facts):
    make_payment()

    refused("payments_payment is never changed", **facts)


def test_nothing_of_it_is_ever_deleted(scripted):
    quote = make_quote()
    first, second = make_payment(quote), make_payment(quote)
    settle(second)
    settle(first)
    assert Refund.objects.count() == 1

    for table in ("payments_refund", "payments_paymentevent", "payments_payment", "payments_quote"):
        with pytest.raises(IntegrityError, match=f"{table} is never changed"), transaction.atomic():
            connection.cursor().execute(f"DELETE FROM {table}")


def test_history_is_never_rewritten(scripted):
    payment = settle(make_payment())

    with pytest.raises(IntegrityError, match="payments_paymentevent is never changed"), transaction.atomic():
        payment.history.update(cause="api")


def test_a_debt_is_never_made_smaller(scripted):
    services.mark_unusable(payment=settle(make_payment()), at=AT)

    with pytest.raises(IntegrityError, match="payments_refund is never changed"), transaction.atomic():
        Refund.objects.update(amount_minor=1)


def test_evidence_is_never_rewritten_but_its_outcome_is_noted():
    facts = {"dedupe_key": "1", "reference": "r", "headers": {}, "sealed_body": seal(b"said"), "received_at": AT}
    kept = InboundNotice.objects.create(merchant=make_merchant("scripted"), **facts)

    with pytest.raises(IntegrityError, match="payments_inboundnotice is never changed"), transaction.atomic():
        InboundNotice.objects.update(sealed_body=b"never said")
    InboundNotice.objects.update(outcome="settled", processed_at=AT)
    kept.refresh_from_db()
    assert (kept.body, kept.outcome) == (b"said", "settled")


def test_a_notice_is_kept_once():
    facts = {"dedupe_key": "1", "reference": "r", "headers": {}, "sealed_body": seal(b"said"), "received_at": AT}
    InboundNotice.objects.create(merchant=make_merchant("scripted"), **facts)

    with pytest.raises(IntegrityError, match="a_notice_is_kept_once"), transaction.atomic():
        InboundNotice.objects.create(merchant=make_merchant("scripted"), **facts)
    assert InboundNotice.objects.create(merchant=make_merchant("other"), **facts).pk


def test_references_do_not_repeat_and_cannot_be_guessed():
    made = {new_reference() for _ in range(1000)}

    assert len(made) == 1000
    assert {len(reference) for reference in made} == {24}


def test_a_row_and_a_notice_agree_on_their_words(scripted):
    payment = make_payment()

    assert captured(payment).reference == payment.reference
    assert str(payment) == payment.reference
    assert str(payment.quote).startswith(payment.payable)
