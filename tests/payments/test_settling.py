import logging
from datetime import timedelta

import pytest

from apps.audit.models import Entry
from apps.kernel.errors import Conflict, Unknown
from apps.outbox.events import REACTIONS, Event, Reaction
from apps.outbox.services import drain
from apps.payments import services
from apps.payments.events import PaymentSettled, RefundOwed
from apps.payments.models import Payment, Refund
from apps.payments.statuses import Cause, Outcome, Reason, Status
from tests.payments.factories import AT, captured, closed, make_payment, make_quote, path, settle
from tests.payments.merchants import make_merchant

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch, scripted) -> list[Event]:
    """What the rest of the house hears."""
    heard: list[Event] = []
    for kind in (PaymentSettled, RefundOwed):
        monkeypatch.setitem(
            REACTIONS,
            f"test.{kind.__name__}",
            Reaction(f"test.{kind.__name__}", kind, heard.append, None, "test", False),
        )
    return heard


def hear(told: list[Event]) -> list[Event]:
    drain(queue="test")
    return told


def test_a_capture_pays_for_its_payable_and_is_told_once(told):
    payment = settle(make_payment())

    assert (payment.status, payment.is_surplus) == (Status.CAPTURED, False)
    assert payment.provider_txn == f"txn-{payment.reference}"
    assert payment.ask_at is None
    assert Payment.objects.paying(payment.payable).exists()
    assert hear(told) == [PaymentSettled(payment=str(payment.pk), payable=payment.payable, status="captured")]
    assert Entry.objects.about(f"payment:{payment.reference}").filter(action="payment_captured").count() == 1


def test_the_same_word_twice_changes_nothing(told):
    payment = make_payment()
    first = settle(payment)
    second = settle(payment, captured(payment), at=AT + timedelta(days=1))

    assert second.version == first.version
    assert path(payment) == ["created", "captured"]
    assert len(hear(told)) == 1


def test_closed_after_captured_is_nothing(told):
    payment = make_payment()
    settle(payment)
    settle(payment, closed(payment))

    assert path(payment) == ["created", "captured"]


def test_still_waiting_is_nothing(told):
    payment = make_payment()
    settle(payment, captured(payment, status=Status.AWAITING_PAYER, provider_txn=""))

    assert path(payment) == ["created"]


def test_a_closed_payment_tells_nobody_that_it_is_paid(told):
    payment = settle(make_payment(), None)
    other = make_payment()
    settle(other, closed(other))

    other.refresh_from_db()
    assert (other.status, other.next) == (Status.CLOSED, "pay_again")
    assert hear(told) == [PaymentSettled(payment=str(payment.pk), payable=payment.payable, status="captured")]
    assert not Payment.objects.paying(other.payable).exists()


def test_a_late_notice_still_counts(told):
    payment = make_payment()
    settle(payment, closed(payment))
    late = settle(payment, at=AT + timedelta(days=2))

    assert late.status == Status.CAPTURED
    assert path(payment) == ["created", "closed", "captured"]
    assert Payment.objects.paying(payment.payable).exists()
    assert len(hear(told)) == 1


def test_a_late_success_gives_up_the_payment_that_replaced_it(told):
    quote = make_quote()
    first = make_payment(quote)
    second = make_payment(quote)
    settle(first)

    second.refresh_from_db()
    assert second.status == Status.CLOSING
    assert Payment.objects.paying(quote.payable).exists()


def test_the_second_capture_is_surplus_and_owed_back(told):
    quote = make_quote()
    first, second = make_payment(quote), make_payment(quote, provider="other")
    settle(second)
    settle(first)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.is_surplus) == (Status.CAPTURED, True)
    assert (second.status, second.is_surplus) == (Status.CAPTURED, False)
    refund = Refund.objects.get()
    assert (refund.payment, refund.amount_minor, refund.currency) == (first, 1600, "EUR")
    assert (refund.status, refund.reason) == ("approved", Reason.SURPLUS)
    assert [type(event) for event in hear(told)] == [PaymentSettled, RefundOwed]


@pytest.mark.parametrize(
    ("difference", "why"),
    [
        ({"amount_minor": 1599}, "amount_differs"),
        ({"amount_minor": 1601}, "amount_differs"),
        ({"amount_minor": 16}, "amount_differs"),
        ({"currency": "USD"}, "currency_differs"),
        ({"currency": "eur"}, "currency_differs"),
        ({"provider_txn": ""}, "transaction_missing"),
    ],
)
def test_what_contradicts_the_payment_is_quarantined_and_never_paid(told, caplog, difference, why):
    payment = make_payment()
    notice = captured(payment, **difference)

    with pytest.raises(services.Mismatch) as refused:
        settle(payment, notice)
    with caplog.at_level(logging.ERROR):
        outcome = services.apply(merchant=make_merchant("scripted"), said=notice, at=AT, cause=Cause.NOTICE)

    payment.refresh_from_db()
    assert refused.value.code == why
    assert outcome is Outcome.QUARANTINED
    assert path(payment) == ["created"]
    assert payment.status == Status.CREATED
    assert [record.why for record in caplog.records if record.message == "payment_quarantined"] == [why]
    entry = Entry.objects.get(action="payment_quarantined")
    assert entry.subject == f"payment:{payment.reference}"
    assert entry.detail["why"] == why
    assert hear(told) == []


def test_one_order_charged_twice_raises_the_alarm(told):
    payment = make_payment()
    settle(payment)

    with pytest.raises(services.Mismatch) as refused:
        settle(payment, captured(payment, provider_txn="another"))

    assert refused.value.code == "captured_by_two_transactions"


def test_one_transaction_does_not_pay_two_orders(told):
    first, second = make_payment(), make_payment()
    settle(first, captured(first, provider_txn="txn"))

    with pytest.raises(services.Mismatch) as refused:
        settle(second, captured(second, provider_txn="txn"))

    assert refused.value.code == "transaction_of_another_payment"


@pytest.mark.parametrize("change", [{"reference": "0" * 24}, {"reference": ""}])
def test_a_reference_that_is_not_ours_is_put_aside(told, change):
    payment = make_payment()
    notice = captured(payment, **change)

    with pytest.raises(Unknown):
        settle(payment, notice)
    assert (
        services.apply(merchant=make_merchant("scripted"), said=notice, at=AT, cause=Cause.NOTICE)
        is Outcome.UNKNOWN_REFERENCE
    )
    assert path(payment) == ["created"]


def test_one_provider_cannot_speak_for_another(told):
    payment = make_payment(provider="scripted")

    with pytest.raises(Unknown):
        services.settle(merchant=make_merchant("other"), notice=captured(payment), at=AT)


def test_money_a_case_cannot_use_is_owed_back_once(told):
    payment = settle(make_payment())

    first = services.mark_unusable(payment=payment, at=AT)
    second = services.mark_unusable(payment=payment, at=AT + timedelta(days=1))

    payment.refresh_from_db()
    assert first == second
    assert (first.reason, first.amount_minor, first.currency) == (Reason.UNUSABLE, 1600, "EUR")
    assert payment.is_surplus
    assert not Payment.objects.paying(payment.payable).exists()
    assert [type(event) for event in hear(told)] == [PaymentSettled, RefundOwed]


def test_surplus_that_is_also_unusable_is_owed_once(told):
    quote = make_quote()
    first, second = make_payment(quote), make_payment(quote, provider="other")
    settle(second)
    surplus = settle(first)

    assert services.mark_unusable(payment=surplus, at=AT).reason == Reason.SURPLUS
    assert Refund.objects.count() == 1


def test_nothing_is_owed_for_money_that_never_came(told):
    payment = make_payment()

    with pytest.raises(Conflict) as refused:
        services.mark_unusable(payment=payment, at=AT)

    assert refused.value.code == "not_captured"
    assert Refund.objects.count() == 0


def test_settling_asks_the_database_little(told, django_assert_max_num_queries):
    payment = make_payment()

    with django_assert_max_num_queries(24):
        settle(payment)
    with django_assert_max_num_queries(6):
        settle(payment)
    assert Payment.objects.get(pk=payment.pk).status == Status.CAPTURED
