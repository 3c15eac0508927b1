from datetime import timedelta

import pytest

from apps.kernel.errors import Invalid, TooLarge, Unauthenticated
from apps.outbox.models import Delivery
from apps.payments import services
from apps.payments.models import InboundNotice
from apps.payments.statuses import Outcome, Status
from tests.payments.factories import AT, make_payment, path, run_outbox
from tests.payments.merchants import make_merchant

pytestmark = pytest.mark.django_db
GOOD = {"signature": "good", "cookie": "private"}


@pytest.fixture
def payment(scripted):
    payment = make_payment()
    run_outbox()
    payment.refresh_from_db()
    scripted.pay(payment)
    return payment


def receive(payment, *, headers=None, notice_id="", provider="scripted", body=None):
    said = f"{payment.reference} {notice_id}".strip().encode() if body is None else body
    services.receive(merchant=make_merchant(provider), headers=GOOD if headers is None else headers, body=said, at=AT)


def test_a_notice_is_kept_first_and_applied_afterwards(payment):
    receive(payment)

    kept = InboundNotice.objects.get()
    payment.refresh_from_db()
    assert (kept.processed_at, kept.outcome, payment.status) == (None, "", Status.AWAITING_PAYER)
    assert (kept.reference, bytes(kept.body)) == (payment.reference, payment.reference.encode())
    assert kept.headers == {"signature": "good"}
    run_outbox()
    kept.refresh_from_db()
    payment.refresh_from_db()
    assert kept.outcome == Outcome.SETTLED
    assert payment.status == Status.CAPTURED


def test_the_same_notice_again_is_kept_once(payment):
    for _ in range(3):
        receive(payment)
    run_outbox()
    receive(payment)
    run_outbox()

    assert InboundNotice.objects.count() == 1
    assert path(payment) == ["created", "awaiting_payer", "captured"]


def test_twenty_different_notices_of_one_capture_are_one_capture(payment):
    for turn in range(20):
        receive(payment, notice_id=f"n{turn}")
    run_outbox()

    assert InboundNotice.objects.filter(outcome=Outcome.SETTLED).count() == 20
    assert path(payment) == ["created", "awaiting_payer", "captured"]


@pytest.mark.parametrize("headers", [{}, {"signature": "bad"}])
def test_what_is_not_signed_leaves_no_trace(payment, headers):
    with pytest.raises(Unauthenticated):
        receive(payment, headers=headers)

    assert not InboundNotice.objects.exists()
    assert not Delivery.objects.open().exists()


def test_a_notice_has_a_size(payment):
    with pytest.raises(TooLarge):
        receive(payment, body=b"x" * (services.LARGEST + 1))


def test_a_worker_that_dies_after_the_acknowledgement_loses_nothing(payment, monkeypatch):
    receive(payment)
    honest = services.notices.apply

    def die(**facts):
        raise RuntimeError

    monkeypatch.setattr(services.notices, "apply", die)
    run_outbox()
    payment.refresh_from_db()
    assert payment.status == Status.AWAITING_PAYER
    monkeypatch.setattr(services.notices, "apply", honest)
    run_outbox(again=True)

    payment.refresh_from_db()
    assert payment.status == Status.CAPTURED
    assert not Delivery.objects.open().exists()


def test_a_wrong_amount_is_kept_as_evidence(payment, scripted):
    scripted.pay(payment, amount_minor=1)
    receive(payment)
    run_outbox()

    payment.refresh_from_db()
    assert InboundNotice.objects.get().outcome == Outcome.QUARANTINED
    assert payment.status == Status.AWAITING_PAYER


def test_applying_twice_is_applying_once(payment):
    receive(payment)
    pk = InboundNotice.objects.get().pk
    services.process(notice=pk, at=AT + timedelta(minutes=1))
    first = InboundNotice.objects.get().processed_at
    services.process(notice=pk, at=AT + timedelta(minutes=9))

    assert InboundNotice.objects.get().processed_at == first


def test_what_makes_no_sense_is_refused_whole(payment, scripted, monkeypatch):
    def confused(*merchant, **facts):
        raise Invalid

    monkeypatch.setattr(scripted, "read", confused)

    with pytest.raises(Invalid):
        receive(payment)
    assert not InboundNotice.objects.exists()
