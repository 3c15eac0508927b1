import json
import uuid
from datetime import timedelta

import pytest
from django.utils.timezone import now
from rest_framework.test import APIClient

from apps.outbox.services import drain
from apps.payments import services
from apps.payments.api.serializers import QuoteOut
from apps.payments.models import InboundNotice
from apps.payments.providers import base
from apps.payments.providers.sandbox import Sandbox
from apps.payments.statuses import Status
from tests.accounts.factories import make_device
from tests.payments.factories import AT, make_payer, make_payment, make_quote, run_outbox, settle
from tests.payments.merchants import make_merchant
from tests.payments.payers import SECRET, sign

pytestmark = pytest.mark.django_db
NOTICES = "/api/v1/payments/notices/sandbox"


@pytest.fixture
def phone() -> APIClient:
    return APIClient(headers={"Accept-Language": "en"})


def signed_in(phone: APIClient, user) -> APIClient:
    phone.force_authenticate(user, token=make_device(user)[0])
    return phone


def address(payment) -> str:
    return f"/api/v1/payments/{payment.pk}"


def test_a_payment_as_its_payer_sees_it(phone, scripted):
    payment = make_payment()
    run_outbox()
    payment.refresh_from_db()

    answer = signed_in(phone, payment.payer).get(address(payment))

    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(payment.pk),
        "status": "awaiting_payer",
        "status_label": "Waiting for your payment",
        "next": "pay",
        "next_label": "Open the payment page and pay.",
        "amount_minor": 1600,
        "currency": "EUR",
        "amount_text": "EUR 16.00",
        "provider": "scripted",
        "channel": "page",
        "checkout_url": f"https://pay.example/{payment.reference}",
        "checkout_parameters": None,
        "refunding_minor": 0,
        "refunded_minor": 0,
        "expires_at": payment.expires_at.isoformat().replace("+00:00", "Z"),
    }


@pytest.mark.parametrize(
    ("status", "next_step"),
    [("created", "wait"), ("unknown", "wait"), ("closing", "wait"), ("closed", "pay_again"), ("captured", "done")],
)
def test_the_page_is_offered_only_while_it_can_be_paid(phone, scripted, status, next_step):
    payment = make_payment()
    payment.checkout_url = "https://pay.example/old"
    payment.status = status
    if status == Status.CAPTURED:
        payment.captured_at, payment.provider_txn = AT, "txn"
    payment.save()

    body = signed_in(phone, payment.payer).get(address(payment)).json()

    assert (body["status"], body["next"], body["checkout_url"]) == (status, next_step, None)


def test_someone_elses_payment_does_not_exist(phone, scripted):
    payment = make_payment()
    signed_in(phone, make_payer())

    strange = phone.get(address(payment))
    missing = phone.get(f"/api/v1/payments/{uuid.uuid4()}")

    assert (strange.status_code, missing.status_code) == (404, 404)
    assert strange.json()["code"] == missing.json()["code"] == "not_found"
    assert strange["Content-Type"] == "application/problem+json"


def test_nobody_sees_payments_without_signing_in(phone, scripted):
    assert phone.get(address(make_payment())).status_code == 401
    assert phone.get("/api/v1/payments/providers").status_code == 401


@pytest.mark.parametrize("pk", ["1", "none", "%00", "0" * 5000])
def test_an_id_that_is_none_is_not_found(phone, pk):
    signed_in(phone, make_payer())

    assert phone.get(f"/api/v1/payments/{pk}").status_code == 404


def test_nothing_new_costs_nothing(phone, scripted):
    payment = make_payment()
    signed_in(phone, payment.payer)
    tag = phone.get(address(payment))["ETag"]

    assert phone.get(address(payment), headers={"If-None-Match": tag}).status_code == 304
    settle(payment)
    assert phone.get(address(payment), headers={"If-None-Match": tag}).status_code == 200


def test_reading_a_payment_is_one_question(phone, scripted, django_assert_num_queries):
    payment = make_payment()
    signed_in(phone, payment.payer)

    with django_assert_num_queries(1):
        phone.get(address(payment))


def test_the_ways_to_pay_are_listed(phone, scripted):
    ways = signed_in(phone, make_payer()).get("/api/v1/payments/providers").json()

    assert {"code": "scripted", "label": "Scripted"} in ways


def test_a_quote_is_shown_line_by_line(scripted):
    shown = QuoteOut(make_quote()).data

    assert (shown["currency"], shown["total_minor"], shown["needs_payment"]) == ("EUR", 1600, True)
    [line] = shown["lines"]
    assert (line["code"], line["quantity"], line["amount_minor"]) == ("base", 1, 1600)
    assert set(line) == {"code", "label", "quantity", "amount_minor", "legal_basis"}


# The door for providers


@pytest.fixture
def provider(monkeypatch) -> None:
    monkeypatch.setitem(base.providers._items, "sandbox", Sandbox("http://sandbox.example", SECRET))
    make_merchant()


def said(payment, **other) -> bytes:
    return json.dumps(
        {
            "id": f"ntc_{payment.reference}",
            "reference": payment.reference,
            "status": "paid",
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "transaction": f"txn_{payment.reference}",
            "at": AT.isoformat(),
        }
        | other
    ).encode()


def notify(phone, body: bytes, *, stamp: int = 0, secret: str = SECRET, to: str = NOTICES, kind="application/json"):
    stamp = int(now().timestamp()) + stamp
    headers = {"Sandbox-Timestamp": str(stamp), "Sandbox-Signature": sign(secret, f"{stamp}.".encode() + body)}
    return phone.post(to, data=body, content_type=kind, headers=headers)


def test_a_signed_notice_is_kept_and_acknowledged(phone, provider):
    payment = make_payment(provider="sandbox")

    answer = notify(phone, said(payment))

    assert (answer.status_code, answer.content) == (204, b"")
    assert InboundNotice.objects.get().reference == payment.reference
    drain(queue="default")
    payment.refresh_from_db()
    assert payment.status == Status.CAPTURED


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense"])
def test_the_bytes_count_not_what_they_are_called(phone, provider, kind):
    assert notify(phone, said(make_payment(provider="sandbox")), kind=kind).status_code == 204


def test_the_same_notice_a_hundred_times_is_acknowledged_each_time(phone, provider):
    payment = make_payment(provider="sandbox")

    assert {notify(phone, said(payment)).status_code for _ in range(100)} == {204}
    assert InboundNotice.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"secret": "another"}, 401, "bad_signature"),
        ({"stamp": -301}, 401, "bad_signature"),
        ({"stamp": 330}, 401, "bad_signature"),
        ({"to": "/api/v1/payments/notices/nobody"}, 404, "not_found"),
        ({"to": "/api/v1/payments/notices/%00"}, 404, "not_found"),
    ],
)
def test_what_is_not_the_providers_is_refused(phone, provider, facts, status, code):
    answer = notify(phone, said(make_payment(provider="sandbox")), **facts)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert not InboundNotice.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"x" * (services.LARGEST + 1), 413, "too_large"),
        (b"x" * 3_000_000, 413, "too_large"),
        (b"x" * services.LARGEST, 400, "malformed"),
        (b"", 400, "malformed"),
        (b"[" * 60000, 400, "malformed"),
        (b'{"id": "\\u0000"}', 400, "malformed"),
    ],
    ids=range(6),
)
def test_no_body_makes_the_door_fall(phone, provider, body, status, code):
    answer = notify(phone, body)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_notice_that_waited_for_a_worker_all_day_still_counts(phone, provider):
    payment = make_payment(provider="sandbox")
    notify(phone, said(payment))

    services.process(notice=InboundNotice.objects.get().pk, at=now() + timedelta(days=1))

    payment.refresh_from_db()
    assert payment.status == Status.CAPTURED


def test_an_unknown_reference_is_acknowledged_and_put_aside(phone, provider):
    payment = make_payment(provider="sandbox")

    assert notify(phone, said(payment, reference="0" * 24)).status_code == 204
    drain(queue="default")

    payment.refresh_from_db()
    assert InboundNotice.objects.get().outcome == "unknown_reference"
    assert payment.status == Status.CREATED


@pytest.mark.parametrize("change", [{"amount_minor": 1}, {"currency": "USD"}])
def test_another_amount_is_acknowledged_and_never_paid(phone, provider, change):
    payment = make_payment(provider="sandbox")

    assert notify(phone, said(payment, **change)).status_code == 204
    drain(queue="default")

    payment.refresh_from_db()
    assert InboundNotice.objects.get().outcome == "quarantined"
    assert payment.status == Status.CREATED


def test_notices_out_of_order_end_in_the_truth(phone, provider):
    payment = make_payment(provider="sandbox")

    for turn, status in enumerate(["paid", "open", "closed"]):
        notify(phone, said(payment, status=status, id=f"ntc_{turn}"))
    drain(queue="default")

    payment.refresh_from_db()
    assert payment.status == Status.CAPTURED


def test_the_door_opens_for_post_only_and_asks_for_no_token(phone, provider):
    assert phone.get(NOTICES).status_code == 405
    headers = {"Authorization": "Bearer nonsense"}
    assert (
        phone.post(NOTICES, data=b"{}", content_type="application/json", headers=headers).json()["code"]
        == "bad_signature"
    )


def test_keeping_a_notice_asks_the_database_little(phone, provider, django_assert_max_num_queries):
    payment = make_payment(provider="sandbox")

    with django_assert_max_num_queries(8):
        notify(phone, said(payment))


def test_the_clock_of_a_payment_is_the_servers(phone, scripted):
    payment = make_payment(at=now())

    assert now() < payment.expires_at <= now() + timedelta(minutes=30)
