"""A passport that turns up is handed in, never used again (R20, R21)."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.particulars import latest_day
from apps.audit.services import record
from apps.kernel.errors import Fault, Invalid
from apps.kernel.workflow import Actor, By
from apps.losses.events import PassportFound
from apps.losses.models import FoundReport, LossReport
from apps.losses.workflow import FOUND
from apps.outbox.services import publish
from apps.posts.models import Post


@transaction.atomic
def report_found(
    *, report: LossReport, actor: Actor, at: datetime, found_on: date | None = None, post: Post | None = None
) -> FoundReport:
    """Note that it turned up and where it will be handed in; the passport stays out of use, whatever its status.

    Said again, the first report stands. Raises ``Invalid`` (``/found_on``).
    """
    report = LossReport.objects.select_for_update().get(pk=report.pk)
    known = FoundReport.objects.filter(report=report).first()
    if known is not None:
        return known
    _check_day(found_on, report, at)
    found = FoundReport.objects.create(report=report, reported_by=actor.user, at=at, found_on=found_on, post=post)
    report.save(update_fields=[])
    record(actor=actor, action="passport_found", subject=report.subject, at=at, citizen=report.citizen_id)
    publish(PassportFound(report=str(report.pk), citizen=str(report.citizen_id)))
    return found


@transaction.atomic
def hand_in(*, found: FoundReport, officer: User, at: datetime) -> FoundReport:
    """An officer has it in their hands. Raises ``IllegalMove`` the second time, or ``Forbidden``."""
    report = LossReport.objects.select_for_update().get(pk=found.report_id)
    found = FoundReport.objects.select_for_update().get(pk=found.pk)
    actor = Actor(By.OFFICER, officer)
    move = FOUND.permit("hand_in", status=found.status, actor=actor, subject=found)
    found.status, found.handed_in_to, found.handed_in_at = move.target, officer, at
    found.save(update_fields=["status", "handed_in_to", "handed_in_at"])
    report.save(update_fields=[])
    record(actor=actor, action="passport_handed_in", subject=report.subject, at=at, citizen=report.citizen_id)
    return found


def _check_day(day: date | None, report: LossReport, at: datetime) -> None:
    if day and day > latest_day(at):
        raise Invalid(faults=(Fault("/found_on", "in_the_future", _("This day has not come yet.")),))
    if day and day < report.lost_on:
        raise Invalid(faults=(Fault("/found_on", "found_before_loss", _("It was lost later than that.")),))
