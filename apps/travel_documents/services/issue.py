"""From an approved, paid case to a numbered, sealed and signed sheet (ICAO Doc 9303-8)."""

from datetime import date, datetime, timedelta

from apps.cases import services as cases
from apps.cases.models import Case
from apps.cases.statuses import Status
from apps.documents import services as documents
from apps.documents.models import Issue
from apps.kernel.errors import Conflict
from apps.kernel.faults import fault_point
from apps.kernel.workflow import SYSTEM
from apps.outbox.events import Job
from apps.seals import services as seals
from apps.seals.mrz import build
from apps.travel_documents.models import TravelDocument, Validity
from apps.travel_documents.procedure import KIND


def issue(*, case: str, job: Job, at: datetime) -> None:
    """Make the document of a case in production. Safe to repeat: the number and the file key stay the same."""
    asked = TravelDocument.objects.select_related("case__post", "case__citizen", "case__applicant").get(pk=case)
    if asked.case.status != Status.PRODUCTION:
        return
    document = _reserve(asked, at)
    fault_point("issue.reserved")
    seal = seals.seal_mrz(mrz_lines=_mrz(asked, document), issued_on=document.issued_on, at=at)
    fault_point("issue.sealed")
    paper = _draw(asked, document, seal)
    fault_point("issue.rendered")
    signed = seals.sign_pdf(pdf=paper, reason="Emergency Travel Document", at=at)
    fault_point("issue.signed")
    stored = documents.store(issue=document, pdf=signed, seal=seal, at=at)
    fault_point("issue.stored")
    with job.finish():
        documents.mark_issued(issue=stored, at=at)
        cases.move(case=asked.case, name="issue", actor=SYSTEM, at=at)
    fault_point("issue.finished")


def _reserve(asked: TravelDocument, at: datetime) -> Issue:
    case = asked.case
    issued_on = case.post.today(at)
    return documents.reserve(
        kind=KIND,
        subject=case.payable,
        holder=str(case.citizen_id),
        owner=case.applicant,
        issued_on=issued_on,
        expires_on=_expiry(case, max(issued_on, asked.travel_on or issued_on), issued_on),
        at=at,
    )


def _expiry(case: Case, travel_on: date, issued_on: date) -> date:
    rules = Validity.objects.filter(service=case.service, active_from__lte=issued_on)
    rule = rules.exclude(active_to__lte=issued_on).order_by("-active_from").first()
    if rule is None:
        raise Conflict("no validity rule for this service", code="no_validity")
    return travel_on + timedelta(days=rule.days_after_travel)


def _mrz(asked: TravelDocument, document: Issue) -> list[str]:
    citizen = asked.case.citizen
    return build(
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


def _draw(asked: TravelDocument, document: Issue, seal: bytes) -> bytes:
    raise NotImplementedError
