"""That an application is in progress, as a signed letter anyone can check (domain, section 13; ADR 0014)."""

from datetime import date, datetime

from django.conf import settings
from django.utils import translation

from apps.cases.models import Case
from apps.cases.statuses import FINAL
from apps.documents import letters
from apps.documents import services as documents
from apps.documents.letters import Both
from apps.documents.models import Issue
from apps.losses import services as losses
from apps.outbox.events import Job
from apps.posts.models import ServiceCode
from apps.posts.services import HOTLINE
from apps.seals import services as seals

KIND = "progress_certificate"


def subject_of(case: Case) -> str:
    return f"progress:{case.pk}"


def certify(*, case: str, job: Job, at: datetime) -> None:
    """Make the certificate of a submitted application, once. Safe to repeat, and nothing for one that has ended."""
    about = Case.objects.select_related("post", "citizen", "applicant").get(pk=case)
    made = Issue.objects.filter(subject=subject_of(about), issued_at__isnull=False).exists()
    if made or about.submitted_at is None or about.state in FINAL:
        return
    submitted_on = about.post.today(about.submitted_at)
    issue = _reserve(about, at)
    seal = _seal(about, issue, submitted_on, at)
    code = seals.qr(text=seals.verification_address(seal=seal))
    paper = letters.make(_letter(about, issue, submitted_on), code=code)
    signed = seals.sign_pdf(pdf=paper, reason="Application in progress", at=at, valid_until=issue.expires_on)
    sha256 = documents.store_paper(issue=issue, pdf=signed)
    with job.finish():
        documents.mark_issued(issue=issue, sha256=sha256, seal=seal, at=at)


def _reserve(case: Case, at: datetime) -> Issue:
    issued_on = case.post.today(at)
    return documents.reserve(
        kind=KIND,
        prefix=letters.NUMBERS_BEGIN_WITH[KIND],
        subject=subject_of(case),
        holder=subject_of(case),  # not the person: a second letter does not make the first untrue
        citizen=case.citizen,
        owner=case.applicant,
        issued_on=issued_on,
        expires_on=losses.expires_on(kind=KIND, issued_on=issued_on),
    )


def _seal(case: Case, issue: Issue, submitted_on: date, at: datetime) -> bytes:
    holder = case.holder
    return seals.seal_certificate(
        kind=KIND,
        number=issue.number,
        surname=holder.surname,
        given_names=holder.given_names,
        chinese_name=holder.name,
        born_on=holder.born_on,
        passport_number=case.procedure.former_passport(case),
        happened_on=submitted_on,
        valid_until=issue.expires_on,
        post=case.post_id,
        issued_on=issue.issued_on,
        at=at,
    )


def _letter(case: Case, issue: Issue, submitted_on: date) -> letters.Letter:
    holder, post = case.holder, case.post
    return letters.progress_letter(
        number=issue.number,
        person=letters.Person(
            name=holder.name, surname=holder.surname, given_names=holder.given_names, born_on=holder.born_on
        ),
        case_number=case.number,
        service=_in_words(case.service),
        submitted_on=submitted_on,
        passport_number=case.procedure.former_passport(case),
        hotline=HOTLINE,
        valid_until=issue.expires_on,
        expected_on=case.expected_on,
        origin=letters.Origin(
            sender=Both(post.name_zh, post.name_en),
            city=Both(post.city_zh, post.city_en),
            issued_on=issue.issued_on,
            created_at=issue.created_at,
            specimen=settings.SANDBOX,
        ),
    )


def _in_words(service: str) -> Both:
    label = ServiceCode(service).label
    with translation.override("zh-hans"):
        chinese = str(label)
    with translation.override("en"):
        return Both(chinese, str(label))
