from django.utils.timezone import now

from apps.cases.events import CaseMoved
from apps.cases.statuses import Status
from apps.outbox.events import Job, effect
from apps.travel_documents import services
from apps.travel_documents.procedure import KIND


@effect(
    CaseMoved,
    when=lambda event: event.kind == KIND and event.target == Status.PRODUCTION,
    queue="documents",
)
def make_the_document(event: CaseMoved, job: Job) -> None:
    services.issue(case=event.case, job=job, at=now())
