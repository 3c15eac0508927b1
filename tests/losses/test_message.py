import pytest

from apps.accounts.services import mandates
from apps.kernel.workflow import Actor, By
from apps.losses import services
from apps.losses.reactions import confirm_to_reporter
from apps.notifications.models import Message
from apps.outbox import services as outbox
from apps.outbox.events import REACTIONS
from tests.accounts.factories import AT, make_citizen, make_mandate, make_user
from tests.losses.factories import make_officer, make_report, notified
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


def test_that_it_is_void_and_that_it_was_found_is_told_as_well():
    report = make_report(make_citizen(make_user(language="en")))
    found = services.report_found(report=report, actor=Actor(By.APPLICANT, report.reported_by), at=AT)
    assert found.report == report
    officer = make_officer()
    notified(report, officer)
    services.declare_void(report=report, reference="2026/88", officer=officer, at=AT)
    outbox.drain(queue="default")

    told_of = {message.template: message for message in Message.objects.filter(user=report.reported_by)}
    assert {"loss_reported", "passport_found", "passport_void"} <= set(told_of)
    assert "do not travel on it" in told_of["passport_found"].body
    assert "never be used again" in told_of["passport_void"].body
    assert not any(report.passport_number in message.body for message in told_of.values())


def test_after_a_helpers_right_is_over_the_citizen_is_told_of_the_loss_the_helper_reported():
    owner, helper = make_user(), make_user()
    citizen = make_citizen(owner)
    mandate = make_mandate(citizen, helper, "apply")
    report = services.report(user=helper, citizen=citizen, **told())
    outbox.drain(queue="default")
    mandates.revoke(user=owner, pk=mandate.pk, at=AT)
    officer = make_officer()
    notified(report, officer)
    services.declare_void(report=report, reference="2026/88", officer=officer, at=AT)
    outbox.drain(queue="default")

    read = {user: set(user.messages.values_list("template", flat=True)) for user in (owner, helper)}
    assert read[helper] == {"loss_reported", "mandate_revoked"}
    assert "passport_void" in read[owner]
