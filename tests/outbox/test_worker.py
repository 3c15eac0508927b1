"""The whole way, with the product's own processes: publish, wake, take, die, sweep, take again."""

import pytest

from apps.audit.models import Entry
from apps.outbox.models import Delivery
from apps.outbox.services import publish
from tests.outbox.bells import BellRang, ParcelLeft
from tests.processes import beat, wait_until, worker

pytestmark = [pytest.mark.stack, pytest.mark.timeout(150), pytest.mark.django_db(transaction=True)]

QUICK = {"OUTBOX_LEASE_SECONDS": "1", "OUTBOX_RETRY_SECONDS": "0.2"}


def test_a_worker_killed_twice_while_holding_a_job_leaves_everything_done_once(tmp_path):
    (tmp_path / "outbox.taken").write_text("2")
    facts = [f"bell-{number}" for number in range(5)] + [f"parcel-{number}" for number in range(5)]

    with beat(env=QUICK), worker(faults_dir=tmp_path, env=QUICK, include=["tests.outbox.bells"]) as running:
        for fact in facts:
            publish(BellRang(fact) if fact.startswith("bell") else ParcelLeft(fact))
        wait_until(lambda: not Delivery.objects.open().exists(), why=running.said)

    assert (tmp_path / "outbox.taken").read_text() == "0", "both planned deaths happened"
    assert sorted(Entry.objects.values_list("subject", flat=True)) == facts
    assert sorted(Delivery.objects.values_list("attempts", flat=True))[-2:] in ([2, 2], [1, 3])
