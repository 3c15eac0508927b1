from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.documents.events import DocumentIssued
from apps.documents.models import Issue
from apps.losses import services
from apps.losses.events import IssuerNotified, PassportFound, PassportFrozen, VoidDeclared
from apps.losses.models import FoundReport, IssuerNotice, LossReport
from apps.losses.statuses import Sent
from apps.notifications.services import tell
from apps.outbox.events import Job, effect, on


@on(PassportFrozen)
def confirm_to_reporter(event: PassportFrozen) -> None:
    """In writing, also so that someone whose account was stolen learns of it."""
    report = LossReport.objects.select_related("reported_by").get(pk=event.report)
    tell(
        user=report.reported_by,
        template="loss_reported",
        subject=report.subject,
        facts={"number": report.masked_number},
        at=timezone.now(),
        dedupe=f"{report.subject}:frozen",
    )


@effect(PassportFrozen, queue="documents")
def make_the_certificate(event: PassportFrozen, job: Job) -> None:
    services.certify(report=event.report, job=job, at=timezone.now())


@on(DocumentIssued, when=lambda event: event.subject.startswith("loss_report:"))
def tell_of_the_certificate(event: DocumentIssued) -> None:
    report = LossReport.objects.select_related("reported_by").get(certificate__pk=event.issue)
    issue = Issue.objects.get(pk=event.issue)
    tell(
        user=report.reported_by,
        template="certificate_ready",
        subject=report.subject,
        facts={"certificate": _("Loss certificate"), "number": issue.number, "until_on": issue.expires_on.isoformat()},
        at=timezone.now(),
        dedupe=f"{report.subject}:certificate",
    )


@on(VoidDeclared)
def tell_that_it_is_void(event: VoidDeclared) -> None:
    report = LossReport.objects.select_related("reported_by").get(pk=event.report)
    tell(
        user=report.reported_by,
        template="passport_void",
        subject=report.subject,
        facts={"number": report.masked_number},
        at=timezone.now(),
        dedupe=f"{report.subject}:void",
    )


@on(PassportFound)
def confirm_that_it_was_found(event: PassportFound) -> None:
    """To whoever reported the loss, who may not be who found it."""
    found = FoundReport.objects.select_related("report__reported_by").get(report__pk=event.report)
    report = found.report
    tell(
        user=report.reported_by,
        template="passport_found",
        subject=report.subject,
        facts={"number": report.masked_number, "post": found.post_id or ""},
        at=timezone.now(),
        dedupe=f"{report.subject}:found",
    )


@effect(IssuerNotified, queue="messages")
def send_the_notice(event: IssuerNotified, job: Job) -> None:
    if IssuerNotice.objects.filter(pk=event.notice, sent=Sent.EMAIL).exists():
        services.send_notice(notice=event.notice, job=job, at=timezone.now())
