from django.utils import timezone

from apps.losses.events import PassportFrozen
from apps.losses.models import LossReport
from apps.notifications.services import tell
from apps.outbox.events import on


@on(PassportFrozen)
def confirm_to_reporter(event: PassportFrozen) -> None:
    """In writing, also so that someone whose account was stolen learns of it."""
    report = LossReport.objects.select_related("reported_by").get(pk=event.report)
    subject = f"loss_report:{report.pk}"
    tell(
        user=report.reported_by,
        template="loss_reported",
        subject=subject,
        facts={"number": report.masked_number},
        at=timezone.now(),
        dedupe=f"{subject}:frozen",
    )
