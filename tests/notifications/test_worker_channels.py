"""Workers killed around the moment a text message or a push leaves, for real."""

import pytest
from django.conf import settings

from apps.notifications.models import Dispatch
from apps.notifications.statuses import DispatchStatus
from apps.outbox.models import Delivery
from apps.outbox.services import sweep
from tests.notifications.people import person, registered, told
from tests.notifications.services import android
from tests.processes import wait_until, worker
from tests.sms.company import fresh_number

pytestmark = [pytest.mark.stack, pytest.mark.timeout(150), pytest.mark.django_db(transaction=True)]

QUICK = {"OUTBOX_LEASE_SECONDS": "1", "OUTBOX_RETRY_SECONDS": "0.2"}


def test_texts_and_pushes_arrive_at_most_once_and_a_doubt_about_a_text_is_cleared_up(tmp_path, push, company):
    (tmp_path / "notifications.before_send").write_text("1")
    (tmp_path / "notifications.after_send").write_text("2")
    by_text = [person(email=None, phone=fresh_number()) for _ in range(3)]
    by_push = [person(email=f"p{number}@example.com") for number in range(3)]
    apps = [android() for _ in by_push]
    for user, app in zip(by_push, apps, strict=True):
        registered(user, app)

    def is_done():
        sweep()
        return not Delivery.objects.open().exists()

    env = {**QUICK, **push.env, "SMS_URL": settings.SMS_URL}
    with worker(queues=["messages"], faults_dir=tmp_path, env=env) as running:
        for user in (*by_text, *by_push):
            told(user)
        wait_until(is_done, every=0.5, seconds=90, why=running.said)

    assert not Dispatch.objects.filter(status__in=[DispatchStatus.DUE, DispatchStatus.SENDING]).exists()
    assert [len(company.received(user.phone)) for user in by_text] == [1, 1, 1]
    assert set(Dispatch.objects.filter(channel="sms").values_list("status", flat=True)) == {DispatchStatus.SENT}
    assert max(len(push.taken(app)) for app in apps) == 1
    for user, app in zip(by_push, apps, strict=True):
        ended = Dispatch.objects.get(message__user=user, channel="push").status
        assert len(push.taken(app)) == 1 or ended == DispatchStatus.UNKNOWN
