"""To the authority that issued the passport, and back: notice, reminder, declaration (R21, Passport Law art. 16)."""

from datetime import UTC, datetime
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.audit.services import record
from apps.documents import letters
from apps.documents.letters import Both
from apps.kernel.errors import Fault, Invalid, Unavailable
from apps.kernel.workflow import Actor, By
from apps.losses.events import IssuerNotified, VoidDeclared
from apps.losses.letterhead import country_of, person_of, sender_of
from apps.losses.models import IssuerNotice, IssuingAuthority, LossReport
from apps.losses.statuses import Sent
from apps.losses.workflow import WORKFLOW
from apps.outbox.events import Job
from apps.outbox.services import publish
from apps.seals import services as seals

LONGEST = 100


@transaction.atomic
def notify_issuer(
    *, report: LossReport, authority: IssuingAuthority, sent: str, officer: User, at: datetime, reference: str = ""
) -> IssuerNotice:
    """Record that the authority was asked to declare the passport void; by e-mail a worker sends it (``send_notice``).

    ``sent`` is one of ``Sent``; whatever goes by no mail server of ours needs a ``reference``. A second one reminds.
    Raises ``Invalid``, ``IllegalMove`` or ``Forbidden``.
    """
    report = LossReport.objects.select_for_update().get(pk=report.pk)
    actor = Actor(By.OFFICER, officer)
    move = WORKFLOW.permit("notify_issuer", status=report.status, actor=actor, subject=report)
    reference = " ".join(reference.split())
    _check_dispatch(authority, sent, reference)
    notice = IssuerNotice.objects.create(
        report=report, authority=authority, sent=sent, reference=reference, officer=officer, at=at
    )
    report.status = move.target
    report.save(update_fields=["status"])
    told = {"notice": str(notice.pk), "sent": sent}
    record(actor=actor, action="issuer_notified", subject=report.subject, at=at, citizen=report.citizen_id, **told)
    publish(IssuerNotified(report=str(report.pk), citizen=str(report.citizen_id), notice=str(notice.pk)))
    return notice


@transaction.atomic
def declare_void(*, report: LossReport, reference: str, officer: User, at: datetime, authority: str = "") -> LossReport:
    """Record the authority's word, with the reference of its answer. Done twice, the first one stands.

    ``authority`` is who declared it, if not the one notified last. Raises ``Invalid`` (``/reference``),
    ``IllegalMove`` or ``Forbidden``.
    """
    report = LossReport.objects.select_for_update().get(pk=report.pk)
    actor = Actor(By.OFFICER, officer)
    move = WORKFLOW.permit("declare_void", status=report.status, actor=actor, subject=report)
    reference = _required("reference", reference)
    report.void_authority = " ".join(authority.split())[:LONGEST] or _asked(report)
    report.status, report.void_reference, report.voided_by, report.voided_at = move.target, reference, officer, at
    report.save(update_fields=["status", "void_authority", "void_reference", "voided_by", "voided_at"])
    record(actor=actor, action="void_declared", subject=report.subject, at=at, citizen=report.citizen_id)
    publish(VoidDeclared(report=str(report.pk), citizen=str(report.citizen_id)))
    return report


def authority_of(report: LossReport) -> IssuingAuthority | None:
    """The one the citizen named, where we know it by that name."""
    named = report.passport_issued_by
    return IssuingAuthority.objects.filter(Q(name_zh__iexact=named) | Q(name_en__iexact=named)).first()


def notice_paper(*, report: LossReport, authority: IssuingAuthority, at: datetime) -> bytes:
    """The notice as a signed bilingual PDF of one page, for the post or for the mail; made anew whenever asked for."""
    citizen, sender = report.citizen, sender_of(report)
    letter = letters.notice_letter(
        reference=report.reference,
        person=person_of(citizen),
        identity_number=citizen.identity_number or "",
        passport_number=report.passport_number,
        passport_issued_on=report.issued_on,
        lost_on=report.lost_on,
        place=report.place,
        country=country_of(report),
        reported_at=sender.local(report.created_at),
        receiver=Both(authority.name_zh, authority.name_en),
        origin=sender.origin(issued_on=sender.local(at).date(), created_at=at),
    )
    return seals.sign_pdf(pdf=letters.make(letter), reason="Notice of a Lost Passport", at=at)


def send_notice(*, notice: str, job: Job, at: datetime) -> None:
    """By e-mail, with the paper. Sent again after a crash it has the same Message-ID (RFC 5322 §3.6.4).

    Raises ``Unavailable`` when the mail server does not take it: the job is tried again.
    """
    asked = IssuerNotice.objects.select_related("report__citizen", "report__post", "authority").get(pk=notice)
    if asked.delivered_at is not None:
        return
    try:
        _mail(asked).send()
    except OSError as error:
        raise Unavailable(code="mail_server_unreachable") from error
    with job.finish():
        row = IssuerNotice.objects.select_for_update().get(pk=asked.pk)
        row.delivered_at = at
        row.save(update_fields=["delivered_at"])


def _mail(notice: IssuerNotice) -> EmailMessage:
    report = notice.report
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    mail = EmailMessage(
        subject=f"护照作废通知 Notice of a lost passport {report.reference}",
        body=f"请见附件。回复时请注明编号 {report.reference}。\n"
        f"Please see the attachment and quote {report.reference} in your reply.\n",
        to=[notice.authority.email],
        headers={"Message-ID": f"<{notice.pk}@{domain}>"},
    )
    paper = notice_paper(report=report, authority=notice.authority, at=notice.at.astimezone(UTC))
    mail.attach(f"{report.reference}.pdf", paper, "application/pdf")
    return mail


def _check_dispatch(authority: IssuingAuthority, sent: str, reference: str) -> None:
    if sent not in Sent.values:
        raise Invalid(faults=(Fault("/sent", "unknown_way", _("Choose how it was sent.")),))
    if sent != Sent.EMAIL:
        _required("reference", reference)
    elif not authority.email:
        raise Invalid(faults=(Fault("/sent", "no_email", _("No e-mail address of this authority is known.")),))


def _required(field: str, text: str) -> str:
    told = " ".join(text.split())
    if not told:
        raise Invalid(faults=(Fault(f"/{field}", "blank", _("Please give the reference.")),))
    if len(told) > LONGEST:
        raise Invalid(faults=(Fault(f"/{field}", "max_length", _("At most 100 characters.")),))
    return told


def _asked(report: LossReport) -> str:
    last = report.notices.select_related("authority").latest("at")
    return last.authority.name_zh
