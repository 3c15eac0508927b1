from django.utils.timezone import now

from apps.cases import services as cases
from apps.cases.events import CaseMoved
from apps.cases.models import Case
from apps.cases.statuses import Status
from apps.documents import services as documents
from apps.kernel.workflow import SYSTEM
from apps.outbox.events import Job, effect, on
from apps.travel_documents import services
from apps.travel_documents.procedure import KIND


@effect(
    CaseMoved,
    when=lambda event: event.kind == KIND and event.target == Status.PRODUCTION,
    queue="documents",
)
def make_the_document(event: CaseMoved, job: Job) -> None:
    services.issue(case=event.case, job=job, at=now())


@on(CaseMoved, when=lambda event: event.kind == KIND and event.target == Status.LOST_IN_MAIL)
def make_again_what_the_mail_lost(event: CaseMoved) -> None:
    """Void at once, then a new one with a new number, free of charge."""
    documents.void_subject(subject=f"case:{event.case}", actor=SYSTEM, at=now())
    cases.move(case=Case.objects.get(pk=event.case), name="reissue", actor=SYSTEM, at=now())


@on(CaseMoved, when=lambda event: event.kind == KIND and event.target == Status.RETURNED)
def void_what_nobody_collects(event: CaseMoved) -> None:
    documents.void_subject(subject=f"case:{event.case}", actor=SYSTEM, at=now())
