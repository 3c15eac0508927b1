"""A worker killed around the moment of sending, for real."""

import pytest

from apps.notifications.models import Dispatch
from apps.notifications.statuses import DispatchStatus
from apps.outbox.models import Delivery
from apps.outbox.services import sweep
from tests.notifications.people import person, told
from tests.processes import wait_until, worker

pytestmark = [pytest.mark.stack, pytest.mark.timeout(150), pytest.mark.django_db(transaction=True)]

QUICK = {"OUTBOX_LEASE_SECONDS": "1", "OUTBOX_RETRY_SECONDS": "0.2"}


def test_a_worker_killed_before_and_after_sending_writes_each_person_once_or_leaves_a_doubt(tmp_path):
    (tmp_path / "notifications.before_send").write_text("2")
    (tmp_path / "notifications.after_send").write_text("1")
    people = [person(email=f"p{number}@example.com") for number in range(4)]

    def is_done():
        sweep()
        return not Delivery.objects.open().exists()

    with worker(queues=["messages"], faults_dir=tmp_path, env=QUICK) as running:
        for user in people:
            told(user)
        wait_until(is_done, every=0.5, why=running.said)

    statuses = sorted(Dispatch.objects.values_list("status", flat=True))
    assert statuses == [DispatchStatus.SENT] * 3 + [DispatchStatus.UNKNOWN]
