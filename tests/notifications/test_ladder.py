"""Push, text message, e-mail: which comes first, which comes next, and never two of one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils.timezone import now

from apps.kernel.errors import Unavailable
from apps.notifications import ladder, services, wishes
from apps.notifications.channels.base import Uncertain, Undeliverable, channels
from apps.notifications.models import Dispatch
from apps.notifications.statuses import DispatchStatus
from apps.outbox.models import Delivery
from apps.outbox.services import drain
from tests.notifications.people import AT, person, registered, told
from tests.notifications.services import android
from tests.sms.company import fresh_number

pytestmark = pytest.mark.django_db

SENT, FAILED, UNKNOWN = DispatchStatus.SENT, DispatchStatus.FAILED, DispatchStatus.UNKNOWN


@pytest.fixture
def user(push, company):
    """Reached by push, text message and e-mail."""
    made = person(phone=fresh_number())
    made.app = android()
    registered(made, made.app)
    return made


def run():
    """Workers, until nothing is due; what waits is due at once."""
    for _ in range(4):
        Delivery.objects.exclude(due_at=None).update(due_at=Now())
        if not drain(queue="messages", rounds=20):
            return


def ways(message):
    return {one.channel: (one.status, one.error) for one in message.dispatches.all()}


def trouble(monkeypatch, name, error):
    def send(dispatch):
        raise error

    monkeypatch.setattr(channels[name], "send", send)


def test_a_push_that_was_taken_and_the_e_mail_to_keep_are_all(user, push, company, mailoutbox):
    message = told(user)
    run()

    assert ways(message) == {"push": (SENT, ""), "email": (SENT, "")}
    assert (len(push.shown(user.app)), company.received(user.phone), len(mailoutbox)) == (1, [], 1)


def test_when_no_app_takes_it_a_text_message_goes(user, push, company):
    push.uninstall(user.app)
    message = told(user)
    run()

    assert ways(message) == {"push": (FAILED, "no_device"), "sms": (SENT, ""), "email": (SENT, "")}
    (text,) = company.received(user.phone)
    assert "application 0017 has news" in text["text"].lower()


def test_a_text_message_names_nothing_but_the_end_of_an_applications_number(user, company, push):
    push.uninstall(user.app)
    services.tell(
        user=user, template="loss_reported", subject="loss:1", facts={"number": "E****5678"}, at=AT, dedupe="loss"
    )
    run()

    (text,) = company.received(user.phone)
    assert "5678" not in text["text"]
    assert "You have a new message" in text["text"]


def test_when_the_number_is_refused_too_e_mail_was_written_anyway_and_without_it_nothing_is_left(user, push, company):
    push.uninstall(user.app)
    company.plan("limit")
    wishes.prefer(user=user, order=ladder.ORDER, muted=["email"], at=AT)
    message = told(user)
    run()

    assert ways(message) == {"push": (FAILED, "no_device"), "sms": (FAILED, "isv.BUSINESS_LIMIT_CONTROL")}


def test_the_ladder_ends_at_the_record_that_is_on_its_way(user, push, company, mailoutbox):
    push.uninstall(user.app)
    company.plan("limit")
    message = told(user)
    run()

    assert ways(message)["email"] == (SENT, "")
    assert len(mailoutbox) == 1


@pytest.mark.parametrize("error", [Undeliverable("smtp_550"), Uncertain("SMTPServerDisconnected")])
def test_who_wants_e_mail_first_is_pushed_to_when_it_fails_or_is_in_doubt(user, monkeypatch, push, error):
    wishes.prefer(user=user, order=["email", "push", "sms"], muted=[], at=AT)
    trouble(monkeypatch, "email", error)
    message = told(user)
    assert list(ways(message)) == ["email"]
    run()

    assert ways(message)["push"] == (SENT, "")
    assert "sms" not in ways(message)


def test_a_push_in_doubt_is_followed_by_a_text_message_and_not_repeated(user, push, company, impatient):
    told(user, dedupe="sign-in is done before the clock runs")
    run()
    push.plan("late")
    message = told(user, dedupe="2")
    run()

    assert ways(message)["push"] == (UNKNOWN, "ReadTimeout")
    assert ways(message)["sms"] == (SENT, "")
    assert len(push.taken(user.app)) == 2


def test_a_channel_that_is_away_is_waited_for_and_then_left_behind(user, monkeypatch):
    trouble(monkeypatch, "push", Unavailable(code="push_unreachable"))
    message = told(user)
    run()
    assert ways(message)["push"] == (DispatchStatus.DUE, "")

    Dispatch.objects.update(created_at=now() - timedelta(minutes=16))
    run()
    assert ways(message) == {"push": (FAILED, "push_unreachable"), "sms": (SENT, ""), "email": (SENT, "")}


def test_the_last_channel_is_waited_for_as_long_as_it_takes(user, monkeypatch):
    wishes.prefer(user=user, order=ladder.ORDER, muted=["push", "sms"], at=AT)
    trouble(monkeypatch, "email", Unavailable(code="mail_server_unreachable"))
    message = told(user)
    Dispatch.objects.update(created_at=now() - timedelta(hours=5))
    run()

    assert ways(message) == {"email": (DispatchStatus.DUE, "")}


def test_what_is_muted_stays_silent_and_the_inbox_has_it(user):
    wishes.prefer(user=user, order=ladder.ORDER, muted=list(ladder.ORDER), at=AT)

    assert ways(told(user)) == {}


def test_a_sign_in_elsewhere_is_told_by_every_way_muted_or_not(user, company):
    wishes.prefer(user=user, order=ladder.ORDER, muted=list(ladder.ORDER), at=AT)
    message = told(user, template="new_device")
    run()

    assert ways(message) == {"push": (SENT, ""), "sms": (SENT, ""), "email": (SENT, "")}
    assert "A new device signed in" in company.received(user.phone)[0]["text"]


class TestDoubtfulText:
    """The company can be asked: a doubt does not last, and nothing is said twice."""

    @pytest.fixture
    def told_by_text(self, user, company):
        def tell(*faults):
            company.plan(*faults)
            wishes.prefer(user=user, order=["sms", "push", "email"], muted=["email"], at=AT)
            return told(user)

        return tell

    def later(self):
        Dispatch.objects.update(tried_at=now() - timedelta(minutes=11))

    def test_a_lost_answer_is_asked_about_and_found(self, told_by_text, user, company):
        message = told_by_text("lost_answer")
        run()

        assert ways(message) == {"sms": (SENT, "")}
        assert len(company.received(user.phone)) == 1

    def test_what_the_company_never_saw_is_left_to_the_next_channel_after_ten_minutes(
        self, told_by_text, user, company
    ):
        message = told_by_text("nothing")
        run()
        assert ways(message) == {"sms": (UNKNOWN, "RemoteProtocolError")}
        assert Delivery.objects.open().get().error == "Unavailable: not_yet_known"

        self.later()
        run()
        assert ways(message) == {"sms": (FAILED, "asked_unseen"), "push": (SENT, "")}
        assert company.received(user.phone) == []

    def test_a_message_that_bounced_is_left_to_the_next_channel(self, told_by_text, company):
        message = told_by_text("bounce")
        Dispatch.objects.update(status=DispatchStatus.SENDING)  # a worker died while it was handing over
        services.channels["sms"].send(Dispatch.objects.select_related("message__user").get())
        Dispatch.objects.update(tried_at=now())
        run()

        assert ways(message) == {"sms": (FAILED, "asked_lost"), "push": (SENT, "")}

    def test_a_person_who_repeats_a_doubt_repeats_nothing_that_arrived(self, told_by_text, user, company):
        message = told_by_text("lost_answer")
        drain(queue="messages", rounds=1)
        assert ways(message)["sms"][0] == UNKNOWN

        Dispatch.objects.filter(channel="sms").update(status=DispatchStatus.DUE)  # as send_again leaves it
        services.carry(dispatch=str(message.dispatches.get(channel="sms").pk), job=_job(), at=now())

        assert ways(message)["sms"] == (SENT, "")
        assert len(company.received(user.phone)) == 1


def _job():
    class Job:
        key, attempt = "delivery-0", 1

        def finish(self):
            return connection.cursor()

    return Job()


@pytest.mark.django_db(transaction=True)
def test_two_channels_that_fail_at_once_begin_the_third_once(transactional_db, push, company):
    user = person(phone=fresh_number())
    registered(user, android())
    message = told(user)
    Dispatch.objects.update(status=FAILED)
    together = Barrier(6)

    def go_on(_):
        together.wait()
        try:
            ladder._owe(message, "sms")  # both have seen that its turn has come
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(go_on, range(6)))
    assert message.dispatches.filter(channel="sms").count() == 1
