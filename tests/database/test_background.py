"""What runs by the clock needs no right that its process lacks."""

import pytest
from celery import current_app
from django.conf import settings

from apps.audit import signers
from apps.audit.models import Batch
from apps.audit.services import verify
from tests.audit.conftest import house  # noqa: F401 -- a fixture
from tests.cases.factories import make_case

pytestmark = pytest.mark.django_db(transaction=True)
AUDITOR = "audit.seal"


def run(name):
    current_app.loader.import_default_modules()
    current_app.tasks[name].run()


def test_every_scheduled_task_of_the_workers_runs_on_their_role(secured, acting):
    make_case("submitted")
    names = sorted({entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - {AUDITOR})
    assert len(names) >= 6

    with acting("worker"):
        for name in names:
            run(name)


def test_the_auditor_seals_publishes_and_verifies_on_its_role_and_nobody_else_does(secured, acting, house):  # noqa: F811
    make_case("submitted")
    with acting("auditor"):
        run(AUDITOR)
        findings = verify(keys=signers.public_keys(), heads={}).findings

    assert findings == ()
    assert Batch.objects.get().published_at is not None
    assert len(list(house.iterdir())) == 1


def test_the_queue_of_the_auditor_is_no_queue_of_the_workers():
    (sealing,) = [entry for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"] == AUDITOR]

    assert sealing["options"]["queue"] == settings.AUDIT_QUEUE
    assert settings.AUDIT_QUEUE not in settings.QUEUES
    assert sealing["schedule"] <= 10
