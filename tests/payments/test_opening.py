from datetime import timedelta

import pytest

from apps.audit.models import Entry
from apps.kernel.errors import Conflict, Invalid, Unavailable
from apps.outbox.models import Delivery
from apps.payments import reactions, services
from apps.payments.models import Payment
from apps.payments.providers.base import Checkout
from apps.payments.statuses import Status
from tests.payments.factories import (
    AT,
    captured,
    make_payer,
    make_payment,
    make_priced_post,
    make_quote,
    path,
    run_outbox,
    settle,
)
from tests.posts.factories import change_fee

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_payment_is_committed_before_the_provider_hears_of_it(scripted):
    payment = make_payment()

    assert scripted.calls == []
    assert payment.status == Status.CREATED
    assert len(payment.reference) == 24
    assert payment.reference.isalnum()
    run_outbox()
    payment.refresh_from_db()
    assert scripted.calls == [("open", payment.reference)]
    assert (payment.status, payment.page) == (Status.AWAITING_PAYER, f"https://pay.example/{payment.reference}")
    assert path(payment) == ["created", "awaiting_payer"]


def test_no_call_is_made_inside_a_transaction(scripted):
    given_up, paid = make_payment(), make_payment()
    run_outbox()
    services.abandon(payable=given_up.payable, at=AT)
    scripted.pay(paid)
    run_outbox()
    services.poll(at=AT + timedelta(minutes=1))

    assert {name for name, _ in scripted.calls} == {"open", "ask", "close"}
    assert scripted.inside_a_transaction == []


def test_pressed_twice_it_is_the_same_payment(scripted):
    quote, payer = make_quote(), make_payer()

    first = make_payment(quote, payer=payer)
    second = make_payment(quote, payer=payer, at=AT + timedelta(minutes=29))

    assert first == second
    assert Payment.objects.count() == 1
    run_outbox()
    assert scripted.calls == [("open", first.reference)]


def test_another_provider_gives_the_earlier_payment_up_and_closes_it(scripted):
    quote, payer = make_quote(), make_payer()
    first = make_payment(quote, payer=payer)
    run_outbox()

    second = make_payment(quote, payer=payer, provider="other")
    run_outbox()

    first.refresh_from_db()
    second.refresh_from_db()
    assert path(first) == ["created", "awaiting_payer", "closing", "closed"]
    assert second.status == Status.AWAITING_PAYER
    assert ("close", first.reference) in scripted.calls


def test_another_payer_gets_a_payment_of_their_own(scripted):
    quote = make_quote()
    mother, father = make_payment(quote), make_payment(quote)

    mother.refresh_from_db()
    assert mother.payer != father.payer
    assert (mother.status, father.status) == (Status.CLOSING, Status.CREATED)


def test_after_its_time_a_payment_is_not_offered_again(scripted):
    quote, payer = make_quote(), make_payer()
    old = make_payment(quote, payer=payer)

    new = make_payment(quote, payer=payer, at=old.expires_at)

    assert new != old


def test_a_provider_nobody_knows_is_a_fault_of_that_field(scripted):
    with pytest.raises(Invalid) as refused:
        make_payment(provider="\0bank")

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/provider", "unknown_provider")]


def test_nothing_due_is_not_payable(scripted):
    with pytest.raises(Conflict) as refused:
        make_payment(make_quote(post=make_priced_post(amount_minor=0)))

    assert refused.value.code == "nothing_due"


def test_what_is_paid_is_not_paid_again(scripted):
    payment = make_payment()
    settle(payment)

    with pytest.raises(Conflict) as refused:
        make_payment(payment.quote, payer=payment.payer)

    assert refused.value.code == "already_paid"


def test_an_old_quote_is_not_payable_but_the_new_one_is(scripted):
    quote = make_quote("thing:1")
    change_fee(quote.post, amount_minor=9900, at=AT)
    tomorrow = AT + timedelta(hours=24)

    with pytest.raises(Conflict) as refused:
        make_payment(quote, at=tomorrow)

    assert refused.value.code == "quote_expired"
    assert make_payment(make_quote("thing:1", at=tomorrow), at=tomorrow).amount_minor == 9900


def test_opening_is_in_the_audit_trail(scripted):
    payment = make_payment()

    entry = Entry.objects.about(f"payment:{payment.reference}").get()
    assert (entry.action, entry.actor) == ("payment_opened", f"applicant:{payment.payer_id}")


def test_a_silent_provider_makes_the_payment_unknown_never_failed(scripted):
    payment = make_payment()
    scripted.silent = True
    run_outbox()
    run_outbox(again=True)

    payment.refresh_from_db()
    assert payment.status == Status.UNKNOWN
    assert payment.next == "wait"
    scripted.silent = False
    run_outbox(again=True)
    payment.refresh_from_db()
    assert path(payment) == ["created", "unknown", "awaiting_payer"]
    assert not Delivery.objects.open().exists()


def test_a_notice_that_is_faster_than_the_answer_wins(scripted, monkeypatch):
    payment = make_payment()

    def slow(self_payment: Payment) -> Checkout:
        settle(payment, captured(payment))
        return Checkout("https://pay.example/late")

    monkeypatch.setattr(scripted, "open", slow)
    run_outbox()

    payment.refresh_from_db()
    assert path(payment) == ["created", "captured"]
    assert payment.page is None
    assert not Delivery.objects.open().exists()


def test_an_order_that_arrives_after_we_gave_up_is_closed_at_the_provider(scripted, monkeypatch):
    payment = make_payment()
    honest = scripted.open

    def slow(order: Payment) -> Checkout:
        services.abandon(payable=payment.payable, at=AT)
        run_outbox()
        assert path(payment)[-1] == "closed"
        return honest(order)

    monkeypatch.setattr(scripted, "open", slow)
    run_outbox()

    payment.refresh_from_db()
    assert path(payment) == ["created", "closing", "closed"]
    assert scripted.orders[payment.reference].status is Status.CLOSED


@pytest.mark.parametrize("point", ["payments.before_open", "payments.after_open"])
def test_a_worker_that_dies_while_opening_leaves_one_order(scripted, monkeypatch, point):
    class Killed(BaseException):
        pass

    left = [2]

    def die(name: str) -> None:
        if name == point and left[0]:
            left[0] -= 1
            raise Killed

    monkeypatch.setattr(reactions, "fault_point", die)
    payment = make_payment()
    for _ in range(2):
        with pytest.raises(Killed):
            run_outbox(again=True)
    run_outbox(again=True)

    payment.refresh_from_db()
    assert payment.status == Status.AWAITING_PAYER
    assert list(scripted.orders) == [payment.reference]


def test_giving_up_the_last_payment_frees_its_payable(scripted):
    payment = make_payment()
    services.abandon(payable=payment.payable, at=AT)
    services.abandon(payable=payment.payable, at=AT)

    assert Payment.objects.live().count() == 0
    run_outbox()
    payment.refresh_from_db()
    assert payment.status == Status.CLOSED
    assert payment.next == "pay_again"


def test_closing_waits_for_a_provider_that_is_away(scripted):
    payment = make_payment()
    run_outbox()
    scripted.silent = True
    services.abandon(payable=payment.payable, at=AT)
    run_outbox()

    payment.refresh_from_db()
    assert payment.status == Status.CLOSING
    assert "Unavailable" in Delivery.objects.open().get().error
    with pytest.raises(Unavailable):
        services.learn(payment=payment, at=AT)
    scripted.silent = False
    run_outbox(again=True)
    payment.refresh_from_db()
    assert payment.status == Status.CLOSED
