import pytest

from apps.losses import services
from apps.losses.reactions import confirm_to_reporter
from apps.notifications.models import Message
from apps.outbox import services as outbox
from apps.outbox.events import REACTIONS
from tests.accounts.factories import make_citizen, make_user
from tests.losses.test_report import told

pytestmark = pytest.mark.django_db


def test_the_reporter_is_told_once_in_their_language():
    user = make_user(language="en")
    report = services.report(user=user, citizen=make_citizen(user), **told())
    outbox.drain(queue="default")

    (message,) = Message.objects.filter(user=user)
    assert message.subject == f"loss_report:{report.pk}"
    assert "lost passport" in message.title
    assert report.passport_number not in message.title + message.body


def test_a_reaction_that_runs_twice_tells_once():
    user = make_user()
    report = services.report(user=user, citizen=make_citizen(user), **told())
    event = REACTIONS["losses.confirm_to_reporter"].event(report=str(report.pk), citizen=str(report.citizen_id))
    for _ in range(2):
        confirm_to_reporter(event)
    assert Message.objects.filter(user=user).count() == 1
