"""A worker is killed at every step from payment to message, twice: nothing happens twice, nothing is lost."""

import socket
from collections import Counter
from email import message_from_bytes

import httpx
import pytest
from aiosmtpd.controller import Controller
from django.utils.timezone import now

from apps.cases import services
from apps.cases.models import Case
from apps.documents.models import Issue
from apps.documents.statuses import IssueStatus
from apps.notifications.channels.email import message_id
from apps.notifications.models import Dispatch, Message
from apps.outbox import services as outbox
from apps.outbox.models import Delivery
from apps.payments.models import Payment
from apps.payments.providers import base
from apps.payments.providers.sandbox import Sandbox
from apps.seals import services as seals
from deploy.demo.pictures import portrait
from tests.cases.factories import applicant_of, make_case
from tests.documents.factories import cleaned
from tests.payments.payers import SECRET, Payer, start_simulator, stop_simulator
from tests.processes import wait_until, worker

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True), pytest.mark.timeout(420)]

POINTS = [
    "payments.before_open",
    "payments.after_open",
    "outbox.taken",
    "issue.reserved",
    "issue.sealed",
    "issue.rendered",
    "issue.signed",
    "issue.stored",
    "issue.finished",
    "notifications.before_send",
    "notifications.after_send",
]
RECORDED = {"issue.finished", "notifications.after_send"}
"""Past the point where the result is on record: nobody comes here a second time."""
KILLS = 2
"""Workers that die at each point."""
CITIZENS = 11
LEASE = "3"


@pytest.fixture
def simulator(monkeypatch):
    process, url = start_simulator()
    monkeypatch.setitem(base.providers._items, "sandbox", Sandbox(url, SECRET))
    yield url
    stop_simulator(process)


def with_a_real_photo(case):
    """The photo of the factory is a row; the document needs the picture."""
    paper = case.attachments.get(material="photo")
    paper.file = cleaned(case.applicant, portrait(), citizen=case.citizen)
    paper.save()
    return case


def settled():
    """Nothing is owed any more; whatever a dead worker left is picked up by the sweep."""
    outbox.sweep()
    return not Delivery.objects.open().exists()


class PostOffice:
    """Takes every letter over SMTP and remembers which it has seen how often."""

    def __init__(self):
        self.letters = Counter()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the name aiosmtpd calls
        self.letters[message_from_bytes(envelope.content)["Message-ID"]] += 1
        return "250 taken"


@pytest.fixture
def post_office():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    office.url = f"smtp://127.0.0.1:{port}"
    yield office
    controller.stop()


def test_a_killed_worker_costs_time_and_nothing_else(simulator, live_server, tmp_path, post_office, settings):
    seals.create_keys(at=now())
    cases = [with_a_real_photo(make_case("payment_due")) for _ in range(CITIZENS)]
    env = {
        "OUTBOX_LEASE_SECONDS": LEASE,
        "OUTBOX_RETRY_SECONDS": "0.1",
        "SANDBOX_PAY_URL": simulator,
        "SANDBOX_PAY_SECRET": SECRET,
        "PUBLIC_URL": live_server.url,
        "EMAIL_URL": post_office.url,
    }
    plans = {point: tmp_path / point for point in POINTS}
    with worker(queues=settings.QUEUES, faults_dir=tmp_path, env=env) as running:
        wait_until(settled, seconds=60, why=running.said)
        for plan in plans.values():
            plan.write_text(str(KILLS))
        play(cases, running)

    died = {point: KILLS - int(plan.read_text()) for point, plan in plans.items()}
    assert [point for point in POINTS if died[point] < (1 if point in RECORDED else KILLS)] == []
    for case in cases:
        check(case, post_office)
    in_doubt = Dispatch.objects.filter(message__template="ready_to_collect", channel="email", status="unknown")
    assert in_doubt.count() <= died["notifications.before_send"] + died["notifications.after_send"]

    assert len({issue.number for issue in Issue.objects.filter(kind="travel_document")}) == CITIZENS
    assert len(Payer(simulator, SECRET).call("GET", "/journal").json()["captures"]) == CITIZENS


def play(cases, running):
    """Each citizen opens a payment and pays; workers, as long as they live, do the rest."""
    payments = [services.pay(case=case, provider="sandbox", actor=applicant_of(case), at=now()) for case in cases]
    wait_until(lambda: settled() and all(map(page, payments)), seconds=120, why=running.said)
    for payment in payments:
        httpx.post(page(payment), data={"action": "pay"})
    wait_until(lambda: settled() and all(map(is_ready, cases)), seconds=120, why=running.said)


def is_ready(case):
    return Case.objects.get(pk=case.pk).status == "ready_to_collect"


def page(payment):
    return Payment.objects.get(pk=payment.pk).checkout_url


def check(case: Case, post_office: PostOffice) -> None:
    document = Issue.objects.get(subject=case.payable)
    told = Message.objects.filter(subject=case.payable, template="ready_to_collect")

    assert document.status == IssueStatus.ISSUED
    assert case.history.filter(move="issue").count() == 1
    assert case.history.filter(move="pay").count() == 1
    assert Payment.objects.filter(payable=case.payable, status="captured").count() == 1
    assert told.count() == 1
    dispatch = Dispatch.objects.get(message=told.get(), channel="email")
    letters = post_office.letters[message_id(dispatch)]
    assert (dispatch.status, letters) in {("sent", 1), ("unknown", 0), ("unknown", 1)}
