from django.utils.timezone import now

from apps.cases.events import CaseMoved
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


@on(CaseMoved, when=lambda event: event.kind == KIND and event.target == Status.RETURNED)
def void_what_nobody_collects(event: CaseMoved) -> None:
    documents.void_subject(subject=f"case:{event.case}", actor=SYSTEM, at=now())
