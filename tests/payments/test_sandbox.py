"""The product against the running sandbox: real HTTP both ways, and every trouble it knows how to make."""

import pytest

from apps.kernel.errors import Conflict, Unavailable
from apps.outbox.models import Delivery
from apps.payments import reactions, services
from apps.payments.models import InboundNotice, Payment
from apps.payments.providers.sandbox import Sandbox, order
from apps.payments.statuses import Outcome, Status
from tests.payments.factories import AT, make_payer, make_payment, make_priced_post, make_quote, path, run_outbox
from tests.payments.payers import SECRET, Payer, wait_for

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def payer(payer_at_the_sandbox, sandbox, live_server, settings) -> Payer:
    settings.PUBLIC_URL = live_server.url
    return payer_at_the_sandbox


def opened(amount_minor: int = 1600) -> Payment:
    """A payment whose page the payer can open; the amount decides what goes wrong."""
    quote = make_quote(post=make_priced_post(amount_minor=amount_minor))
    payment = make_payment(quote, provider="sandbox")
    run_outbox()
    payment.refresh_from_db()
    return payment


def notices(payment: Payment, count: int = 1) -> list[InboundNotice]:
    """What has arrived, once there is enough of it."""
    return wait_for(
        lambda: len(kept := list(InboundNotice.objects.filter(reference=payment.reference))) >= count and kept
    )


def test_a_payment_from_the_first_press_to_the_money(payer):
    payment = opened()
    assert payment.status == Status.AWAITING_PAYER
    assert "16.00" in payer.look(payment.page).text

    payer.press(payment.page)
    [notice] = notices(payment)
    run_outbox()

    payment.refresh_from_db()
    notice.refresh_from_db()
    [capture], [made] = payer.journal(payment.reference)
    assert path(payment) == ["created", "awaiting_payer", "captured"]
    assert (payment.provider_txn, notice.outcome) == (capture["transaction"], Outcome.SETTLED)
    assert (capture["amount_minor"], capture["currency"]) == (payment.amount_minor, payment.currency)
    assert made["calls"] == 1


def test_a_cancelled_payment_is_closed(payer):
    payment = opened()

    payer.press(payment.page, "cancel")
    notices(payment)
    run_outbox()

    payment.refresh_from_db()
    assert payment.status == Status.CLOSED


def test_a_declined_card_leaves_the_payment_open(payer):
    payment = opened(1601)

    payer.press(payment.page)
    services.poll(at=payment.ask_at)

    payment.refresh_from_db()
    assert payment.status == Status.AWAITING_PAYER


def test_three_notices_at_once_are_one_capture(payer):
    payment = opened(1603)

    payer.press(payment.page)
    notices(payment)
    run_outbox()
    services.poll(at=payment.ask_at)

    payment.refresh_from_db()
    assert path(payment) == ["created", "awaiting_payer", "captured"]


def test_a_notice_that_never_comes_is_made_up_for_by_asking(payer):
    payment = opened(1604)

    payer.press(payment.page)
    services.poll(at=payment.ask_at)

    payment.refresh_from_db()
    assert payment.status == Status.CAPTURED
    assert not InboundNotice.objects.exists()


@pytest.mark.parametrize("amount_minor", [1605, 1606])
def test_a_notice_about_another_amount_or_currency_is_never_paid(payer, amount_minor):
    payment = opened(amount_minor)

    payer.press(payment.page)
    [notice] = notices(payment)
    run_outbox()
    services.poll(at=payment.ask_at)

    payment.refresh_from_db()
    notice.refresh_from_db()
    assert payment.status == Status.AWAITING_PAYER
    assert notice.outcome == Outcome.QUARANTINED


def test_a_late_success_after_closing_still_counts(payer):
    payment = opened(1607)
    page = payment.page
    services.abandon(payable=payment.payable, at=AT)
    run_outbox()
    payment.refresh_from_db()
    assert payment.status == Status.CLOSED

    payer.press(page)
    notices(payment)
    run_outbox()

    payment.refresh_from_db()
    assert path(payment) == ["created", "awaiting_payer", "closing", "closed", "captured"]
    assert Payment.objects.paying(payment.payable).exists()


def test_an_answer_that_got_lost_leaves_one_order(payer):
    payment = opened(1608)
    assert payment.status == Status.UNKNOWN

    run_outbox(again=True)

    payment.refresh_from_db()
    [made] = payer.journal(payment.reference)[1]
    assert path(payment) == ["created", "unknown", "awaiting_payer"]
    assert made["calls"] == 2


@pytest.mark.parametrize(("point", "calls"), [("payments.before_open", 1), ("payments.after_open", 3)])
def test_a_worker_killed_twice_leaves_one_order_and_one_charge(payer, monkeypatch, point, calls):
    class Killed(BaseException):
        pass

    left = [2]

    def die(name: str) -> None:
        if name == point and left[0]:
            left[0] -= 1
            raise Killed

    monkeypatch.setattr(reactions, "fault_point", die)
    payment = make_payment(provider="sandbox")
    for _ in range(2):
        with pytest.raises(Killed):
            run_outbox(again=True)
    run_outbox(again=True)
    payment.refresh_from_db()
    payer.press(payment.page)
    notices(payment)
    run_outbox()

    captures, [made] = payer.journal(payment.reference)
    assert made["calls"] == calls
    assert len(captures) == 1
    assert Payment.objects.get(pk=payment.pk).status == Status.CAPTURED


def test_two_pages_paid_are_one_payment_and_one_debt(payer, monkeypatch):
    quote = make_quote()
    first = make_payment(quote, provider="sandbox", payer=make_payer())
    run_outbox()
    first.refresh_from_db()
    page = first.page
    second = make_payment(quote, provider="sandbox", payer=make_payer())
    payer.press(page)
    notices(first)
    run_outbox()

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.status == Status.CAPTURED
    assert second.status == Status.CLOSED


def test_the_same_payment_is_always_the_same_order(payer):
    payment = opened()

    again = Payment.objects.select_related("quote").get(pk=payment.pk)
    assert order(payment) == order(again)
    assert order(again)["notify_url"].endswith("/api/v1/payments/notices/sandbox")
    assert order(again)["title"]["en"] == "Document fee"


def test_an_order_of_another_amount_under_our_reference_is_refused_not_repeated(payer, sandbox):
    payment = opened()
    payment.amount_minor += 100

    with pytest.raises(Conflict) as refused:
        sandbox.open(payment)

    assert refused.value.code == "provider_refuses"


def test_closing_what_is_paid_closed_or_unknown_is_no_error(payer, sandbox):
    paid, unknown = opened(), make_payment(provider="sandbox")
    payer.press(paid.page)

    sandbox.close(paid)
    sandbox.close(unknown)
    assert sandbox.ask(paid).status is Status.CAPTURED
    assert sandbox.ask(unknown) is None


def test_a_provider_that_is_not_there_is_waited_for(payer, monkeypatch):
    away = Sandbox("http://127.0.0.1:9", SECRET)
    payment = make_payment(provider="sandbox")

    for call in (away.open, away.ask, away.close):
        with pytest.raises(Unavailable):
            call(payment)


def test_another_secret_is_no_answer_and_no_failure(payer, simulator):
    stranger = Sandbox(simulator, "another secret")
    payment = make_payment(provider="sandbox")

    with pytest.raises(Unavailable):
        stranger.open(payment)
    assert payer.journal(payment.reference) == ([], [])
    assert Payment.objects.get(pk=payment.pk).status == Status.CREATED
    assert Delivery.objects.open().count() == 1
