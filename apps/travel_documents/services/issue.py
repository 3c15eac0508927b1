"""From an approved, paid case to a numbered, sealed and signed sheet (ICAO Doc 9303-8)."""

from datetime import date, datetime, timedelta

from django.conf import settings

from apps.accounts.ages import guardian_signs
from apps.cases import services as cases
from apps.cases.models import Case
from apps.cases.statuses import Status
from apps.documents import services as documents
from apps.documents.models import Issue
from apps.kernel.errors import Conflict
from apps.kernel.faults import fault_point
from apps.kernel.workflow import SYSTEM
from apps.outbox.events import Job
from apps.posts.countries import country_names
from apps.seals import services as seals
from apps.seals.mrz import build
from apps.travel_documents.models import TravelDocument, Validity
from apps.travel_documents.paper import Sheet, sheet
from apps.travel_documents.procedure import KIND


def issue(*, case: str, job: Job, at: datetime) -> None:
    """Make the document of a case in production. Safe to repeat: the number and the file key stay the same."""
    asked = TravelDocument.objects.select_related("case__post", "case__citizen", "case__applicant").get(case__pk=case)
    if asked.case.status != Status.PRODUCTION:
        return
    document = _reserve(asked, at)
    fault_point("issue.reserved")
    lines = _mrz(asked, document)
    seal = seals.seal_mrz(mrz_lines=lines, issued_on=document.issued_on, at=at)
    fault_point("issue.sealed")
    paper = _draw(asked, document, lines, seal)
    fault_point("issue.rendered")
    signed = seals.sign_pdf(pdf=paper, reason="Emergency Travel Document", at=at, valid_until=document.expires_on)
    fault_point("issue.signed")
    sha256 = documents.store_paper(issue=document, pdf=signed)
    fault_point("issue.stored")
    with job.finish():
        documents.mark_issued(issue=document, sha256=sha256, seal=seal, at=at)
        cases.move(case=asked.case, name="issue", actor=SYSTEM, at=at)
    fault_point("issue.finished")


def _reserve(asked: TravelDocument, at: datetime) -> Issue:
    case = asked.case
    issued_on = case.post.today(at)
    return documents.reserve(
        kind=KIND,
        subject=case.payable,
        holder=case.person,
        owner=case.applicant,
        citizen=case.citizen,
        issued_on=issued_on,
        expires_on=_expiry(case, max(issued_on, asked.travel_on or issued_on), issued_on),
    )


def _expiry(case: Case, travel_on: date, issued_on: date) -> date:
    rules = Validity.objects.filter(service=case.service, active_from__lte=issued_on)
    rule = rules.exclude(active_to__lte=issued_on).order_by("-active_from").first()
    if rule is None:
        raise Conflict("no validity rule for this service", code="no_validity")
    return travel_on + timedelta(days=rule.days_after_travel)


def _mrz(asked: TravelDocument, document: Issue) -> tuple[str, str]:
    citizen = asked.case.holder
    first, second = build(
        profile="ETD_SHEET",
        issuing_state="CHN",
        nationality=citizen.nationality,
        surname=citizen.surname,
        given_names=citizen.given_names,
        number=document.number,
        birth=citizen.born_on,
        sex=citizen.sex,
        expiry=document.expires_on,
    )
    return first, second


def _draw(asked: TravelDocument, document: Issue, lines: tuple[str, str], seal: bytes) -> bytes:
    case, citizen = asked.case, asked.case.holder
    post = case.post
    photo = case.attachments.filter(material="photo").select_related("file").latest("attached_at")
    data = Sheet(
        number=document.number,
        surname=citizen.surname,
        given_names=citizen.given_names,
        chinese_name=citizen.name,
        sex=citizen.sex,
        born_on=citizen.born_on,
        place_of_birth=citizen.place_of_birth,
        nationality=citizen.nationality,
        issued_on=document.issued_on,
        expires_on=document.expires_on,
        place_of_issue=f"{post.city_zh} / {post.city_en.upper()}",
        authority_zh=post.name_zh,
        authority_en=post.name_en,
        destination=asked.destination,
        transit=tuple(f"{zh} / {en}" for code, zh, en in country_names() if code in asked.transit),
        lost_passport=asked.loss_report.passport_number if asked.loss_report else "",
        mrz=lines,
        created_at=document.created_at,
        signs=not guardian_signs(born_on=citizen.born_on, on=document.issued_on),
        specimen=settings.SANDBOX,
    )
    return sheet(
        data=data,
        photo=documents.content(file=photo.file),
        seal=seals.datamatrix(seal=seal),
    )
