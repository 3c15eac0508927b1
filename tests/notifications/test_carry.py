"""At most once: what becomes of a dispatch when a worker dies at each step."""

import pytest
from django.core import mail
from django.db.models.functions import Now

from apps.audit.models import Entry
from apps.kernel.errors import IllegalMove, Unavailable
from apps.kernel.workflow import Actor, By
from apps.notifications import services
from apps.notifications.channels.base import Uncertain, Undeliverable, channels
from apps.notifications.models import Dispatch
from apps.notifications.statuses import DispatchStatus
from apps.outbox.models import Delivery
from apps.outbox.services import LeaseLost, drain, publish
from tests.notifications.people import AT, person, told

pytestmark = pytest.mark.django_db


class Death(BaseException):
    """As sudden as ``kill -9``: nothing of ours catches it."""


@pytest.fixture
def dispatch():
    return told(person()).dispatches.get()


def run():
    """One worker's turn, whenever that would be."""
    Delivery.objects.exclude(due_at=None).update(due_at=Now())
    return drain(queue="messages")


def die_at(monkeypatch, point):
    def fault_point(name):
        if name == point:
            raise Death

    monkeypatch.setattr(services, "fault_point", fault_point)


def answer(monkeypatch, error):
    def send(dispatch):
        raise error

    monkeypatch.setattr(channels["email"], "send", send)


def status(dispatch):
    dispatch.refresh_from_db()
    return dispatch.status


def test_a_dispatch_is_sent_once_and_says_when(dispatch):
    assert [run(), run()] == [1, 0]

    assert status(dispatch) == DispatchStatus.SENT
    assert dispatch.sent_at is not None
    assert len(mail.outbox) == 1


def test_a_death_before_sending_costs_nothing(dispatch, monkeypatch):
    with monkeypatch.context() as patch:
        die_at(patch, "notifications.before_send")
        for _ in range(2):
            with pytest.raises(Death):
                run()
    assert (status(dispatch), mail.outbox) == (DispatchStatus.DUE, [])

    run()
    assert (status(dispatch), len(mail.outbox)) == (DispatchStatus.SENT, 1)


def test_a_death_after_sending_leaves_a_doubt_and_never_a_second_letter(dispatch, monkeypatch, caplog):
    with monkeypatch.context() as patch:
        die_at(patch, "notifications.after_send")
        with pytest.raises(Death):
            run()
    assert (status(dispatch), len(mail.outbox)) == (DispatchStatus.SENDING, 1)

    assert [run(), run()] == [1, 0]

    assert (status(dispatch), dispatch.error) == (DispatchStatus.UNKNOWN, "interrupted")
    assert len(mail.outbox) == 1
    assert Delivery.objects.get().done_at is not None
    assert "dispatch_unknown" in [line.message for line in caplog.records]


def test_a_server_that_is_away_is_waited_for(dispatch, monkeypatch):
    with monkeypatch.context() as patch:
        answer(patch, Unavailable(code="mail_server_unreachable"))
        run()
    assert status(dispatch) == DispatchStatus.DUE
    assert Delivery.objects.get().error == "Unavailable: mail_server_unreachable"

    run()
    assert (status(dispatch), len(mail.outbox)) == (DispatchStatus.SENT, 1)


@pytest.mark.parametrize(
    ("error", "expected"),
    [(Undeliverable("smtp_550"), DispatchStatus.FAILED), (Uncertain("SMTPServerDisconnected"), DispatchStatus.UNKNOWN)],
)
def test_what_the_channel_says_is_final_and_shown(dispatch, monkeypatch, error, expected):
    answer(monkeypatch, error)

    assert [run(), run()] == [1, 0]
    assert (status(dispatch), dispatch.error) == (expected, error.code)


def test_an_unforeseen_error_while_sending_is_a_doubt_as_well(dispatch, monkeypatch):
    with monkeypatch.context() as patch:
        answer(patch, RuntimeError())
        run()

    run()
    assert (status(dispatch), mail.outbox) == (DispatchStatus.UNKNOWN, [])


@pytest.mark.parametrize("final", [DispatchStatus.SENT, DispatchStatus.FAILED, DispatchStatus.UNKNOWN])
def test_what_is_settled_is_left_alone(dispatch, final):
    Dispatch.objects.update(status=final, error="why")

    assert run() == 1
    assert (status(dispatch), dispatch.error, mail.outbox) == (final, "why", [])


def test_whoever_lost_the_job_changes_nothing(dispatch):
    """R7: it stands still before sending; another worker takes over and finishes."""

    class Lost:
        key, attempt = "delivery-1", 1

        def finish(self):
            raise LeaseLost

    run()
    with pytest.raises(LeaseLost):
        services.carry(dispatch=str(dispatch.pk), job=Lost(), at=AT)

    assert (status(dispatch), len(mail.outbox)) == (DispatchStatus.SENT, 1)


class TestSendAgain:
    @pytest.fixture
    def officer(self):
        return Actor(By.OFFICER, person(email="wang@example.com"))

    @pytest.mark.parametrize("before", [DispatchStatus.FAILED, DispatchStatus.UNKNOWN])
    def test_a_person_may_repeat_what_failed_or_is_in_doubt(self, dispatch, officer, before):
        run()
        Dispatch.objects.update(status=before, error="smtp_550")

        services.send_again(dispatch=dispatch, actor=officer, at=AT)
        run()

        assert (status(dispatch), dispatch.error, len(mail.outbox)) == (DispatchStatus.SENT, "", 2)
        assert mail.outbox[0].extra_headers["Message-ID"] == mail.outbox[1].extra_headers["Message-ID"]
        entry = Entry.objects.get()
        assert (entry.actor, entry.subject) == (f"officer:{officer.user.pk}", f"dispatch:{dispatch.pk}")
        assert entry.detail == {"was": before}

    @pytest.mark.parametrize("before", [DispatchStatus.DUE, DispatchStatus.SENDING, DispatchStatus.SENT])
    def test_nothing_else_is_repeated(self, dispatch, officer, before):
        Dispatch.objects.update(status=before)

        with pytest.raises(IllegalMove):
            services.send_again(dispatch=dispatch, actor=officer, at=AT)

        assert Delivery.objects.count() == 1
        assert not Entry.objects.exists()

    def test_two_presses_are_one_letter(self, dispatch, officer):
        Dispatch.objects.update(status=DispatchStatus.UNKNOWN)
        services.send_again(dispatch=dispatch, actor=officer, at=AT)

        with pytest.raises(IllegalMove):
            services.send_again(dispatch=dispatch, actor=officer, at=AT)


def test_a_dispatch_without_its_job_is_published_by_nobody_else():
    """Only ``tell`` and ``send_again`` owe a letter to the outbox."""
    told(person())
    publish_count = Delivery.objects.count()

    assert (publish_count, publish.__module__) == (1, "apps.outbox.services")
