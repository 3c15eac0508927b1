from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.services import addressee
from apps.documents.events import DocumentIssued
from apps.documents.models import Issue
from apps.losses import services
from apps.losses.events import IssuerNotified, PassportFound, PassportFrozen, VoidDeclared
from apps.losses.models import FoundReport, IssuerNotice, LossReport
from apps.losses.statuses import Sent
from apps.notifications.services import tell
from apps.notifications.wording import Fact
from apps.outbox.events import Job, effect, on


@on(PassportFrozen)
def confirm_to_reporter(event: PassportFrozen) -> None:
    """In writing, also so that someone whose account was stolen learns of it."""
    report = LossReport.objects.select_related("reported_by", "citizen").get(pk=event.report)
    _tell(report, template="loss_reported", about="frozen", facts={"number": report.masked_number})


@effect(PassportFrozen, queue="documents")
def make_the_certificate(event: PassportFrozen, job: Job) -> None:
    services.certify(report=event.report, job=job, at=timezone.now())


@on(DocumentIssued, when=lambda event: event.subject.startswith("loss_report:"))
def tell_of_the_certificate(event: DocumentIssued) -> None:
    report = LossReport.objects.select_related("reported_by", "citizen").get(certificate__pk=event.issue)
    issue = Issue.objects.get(pk=event.issue)
    _tell(
        report,
        template="certificate_ready",
        about="certificate",
        facts={"certificate": _("Loss certificate"), "number": issue.number, "until_on": issue.expires_on.isoformat()},
    )


@on(VoidDeclared)
def tell_that_it_is_void(event: VoidDeclared) -> None:
    report = LossReport.objects.select_related("reported_by", "citizen").get(pk=event.report)
    _tell(report, template="passport_void", about="void", facts={"number": report.masked_number})


@on(PassportFound)
def confirm_that_it_was_found(event: PassportFound) -> None:
    """To who is told of the loss, who may not be who found it."""
    found = FoundReport.objects.select_related("report__reported_by", "report__citizen").get(report__pk=event.report)
    report = found.report
    _tell(
        report,
        template="passport_found",
        about="found",
        facts={"number": report.masked_number, "post": found.post_id or ""},
    )


@effect(IssuerNotified, queue="messages")
def send_the_notice(event: IssuerNotified, job: Job) -> None:
    if IssuerNotice.objects.filter(pk=event.notice, sent=Sent.EMAIL).exists():
        services.send_notice(notice=event.notice, job=job, at=timezone.now())


def _tell(report: LossReport, *, template: str, about: str, facts: Mapping[str, Fact]) -> None:
    """Whoever reported the loss, or who hears of the citizen now; once per what it is ``about``."""
    user = addressee(citizen=report.citizen, first=report.reported_by)
    if user is None:
        return
    tell(
        user=user,
        template=template,
        subject=report.subject,
        facts=facts,
        at=timezone.now(),
        dedupe=f"{report.subject}:{about}",
    )
