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
    cases = {point: with_a_real_photo(make_case("payment_due")) for point in POINTS}
    env = {
        "OUTBOX_LEASE_SECONDS": LEASE,
        "OUTBOX_RETRY_SECONDS": "0.1",
        "SANDBOX_PAY_URL": simulator,
        "SANDBOX_PAY_SECRET": SECRET,
        "PUBLIC_URL": live_server.url,
        "EMAIL_URL": post_office.url,
    }
    with worker(queues=settings.QUEUES, faults_dir=tmp_path, env=env) as running:
        wait_until(settled, seconds=60, why=running.said)
        for point, case in cases.items():
            plan = tmp_path / point
            plan.write_text(str(KILLS))
            play(case, running)
            died = KILLS - int(plan.read_text())
            assert died == KILLS or (died and point in RECORDED), f"not enough died at {point}: this proves nothing"
            plan.unlink()

            check(case, point, post_office)

    assert len({issue.number for issue in Issue.objects.filter(kind="travel_document")}) == len(POINTS)
    assert len(Payer(simulator, SECRET).call("GET", "/journal").json()["captures"]) == len(POINTS)


def play(case, running):
    """The citizen opens a payment and pays; workers, as long as they live, do the rest."""
    payment = services.pay(case=case, provider="sandbox", actor=applicant_of(case), at=now())
    wait_until(lambda: settled() and page(payment), seconds=60, why=running.said)
    httpx.post(page(payment), data={"action": "pay"})
    wait_until(lambda: Case.objects.get(pk=case.pk).status == "ready_to_collect" or not settled(), why=running.said)
    wait_until(
        lambda: settled() and Case.objects.get(pk=case.pk).status == "ready_to_collect",
        seconds=60,
        why=running.said,
    )


def page(payment):
    return Payment.objects.get(pk=payment.pk).checkout_url


def check(case: Case, point: str, post_office: PostOffice) -> None:
    document = Issue.objects.get(subject=case.payable)
    told = Message.objects.filter(subject=case.payable, template="ready_to_collect")

    assert document.status == IssueStatus.ISSUED, point
    assert case.history.filter(move="issue").count() == 1, point
    assert case.history.filter(move="pay").count() == 1, point
    assert Payment.objects.filter(payable=case.payable, status="captured").count() == 1, point
    assert told.count() == 1, point
    dispatch = Dispatch.objects.get(message=told.get(), channel="email")
    letters = post_office.letters[message_id(dispatch)]
    assert (dispatch.status, letters) in {("sent", 1), ("unknown", 0), ("unknown", 1)}, point
    assert dispatch.status == "sent" or point.startswith("notifications"), point
