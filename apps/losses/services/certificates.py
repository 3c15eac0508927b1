"""From a frozen passport to a signed certificate that anyone can check (ADR 0014)."""

from datetime import date, datetime, timedelta

from apps.documents import letters
from apps.documents import services as documents
from apps.documents.models import Issue
from apps.kernel.errors import Conflict
from apps.kernel.faults import fault_point
from apps.losses.letterhead import country_of, person_of, sender_of
from apps.losses.models import CertificateTerm, LossReport
from apps.outbox.events import Job
from apps.posts.services import HOTLINE
from apps.seals import services as seals

KIND = "loss_certificate"


def expires_on(*, kind: str, issued_on: date) -> date:
    """The last day of a certificate. Raises ``Conflict`` (``no_term``) without a rule for that day."""
    rules = CertificateTerm.objects.filter(kind=kind, active_from__lte=issued_on).exclude(active_to__lte=issued_on)
    rule = rules.order_by("-active_from").first()
    if rule is None:
        raise Conflict("no term for this certificate", code="no_term")
    return issued_on + timedelta(days=rule.days)


def certify(*, report: str, job: Job, at: datetime) -> None:
    """Make the certificate of a loss, once. Safe to repeat: number and dates stay those of the first attempt."""
    lost = LossReport.objects.select_related("citizen", "post", "reported_by").get(pk=report)
    if lost.certificate_id is not None:
        return
    issue = _reserve(lost, at)
    fault_point("certificate.reserved")
    seal = _seal(lost, issue, at)
    paper = letters.make(_letter(lost, issue), code=seals.qr(text=seals.verification_address(seal=seal)))
    signed = seals.sign_pdf(pdf=paper, reason="Loss Certificate", at=at, valid_until=issue.expires_on)
    sha256 = documents.store_paper(issue=issue, pdf=signed)
    fault_point("certificate.stored")
    with job.finish():
        documents.mark_issued(issue=issue, sha256=sha256, seal=seal, at=at)
        held = LossReport.objects.select_for_update().get(pk=lost.pk)
        held.certificate = issue
        held.save(update_fields=["certificate"])


def _reserve(lost: LossReport, at: datetime) -> Issue:
    issued_on = sender_of(lost).local(at).date()
    return documents.reserve(
        kind=KIND,
        prefix=letters.NUMBERS_BEGIN_WITH[KIND],
        subject=lost.subject,
        holder=lost.subject,  # not the person: a second letter does not make the first untrue
        citizen=lost.citizen,
        owner=lost.reported_by,
        issued_on=issued_on,
        expires_on=expires_on(kind=KIND, issued_on=issued_on),
    )


def _seal(lost: LossReport, issue: Issue, at: datetime) -> bytes:
    citizen = lost.citizen
    return seals.seal_certificate(
        kind=KIND,
        number=issue.number,
        surname=citizen.surname,
        given_names=citizen.given_names,
        chinese_name=citizen.name,
        born_on=citizen.born_on,
        passport_number=lost.passport_number,
        happened_on=lost.lost_on,
        valid_until=issue.expires_on,
        post=sender_of(lost).code,
        issued_on=issue.issued_on,
        at=at,
    )


def _letter(lost: LossReport, issue: Issue) -> letters.Letter:
    sender = sender_of(lost)
    return letters.loss_letter(
        number=issue.number,
        person=person_of(lost.citizen),
        passport_number=lost.passport_number,
        passport_issued_by=lost.passport_issued_by,
        lost_on=lost.lost_on,
        place=lost.place,
        country=country_of(lost),
        reported_at=sender.local(lost.created_at),
        hotline=HOTLINE,
        valid_until=issue.expires_on,
        origin=sender.origin(issued_on=issue.issued_on, created_at=issue.created_at),
    )
