from uuid import UUID

from django.utils import timezone

from apps.accounts.models import User
from apps.notifications.services import tell
from apps.outbox.events import Job, effect, on
from apps.outbox.services import publish
from apps.privacy import services
from apps.privacy.events import ErasureRequested, ExportReady, ExportRequested, FarewellSaid, PersonErased
from apps.privacy.models import Erasure, Export


@effect(ExportRequested, queue="files")
def make_the_copy(event: ExportRequested, job: Job) -> None:
    services.prepare(export=event.export, job=job, at=timezone.now())


@on(ExportReady)
def tell_of_the_copy(event: ExportReady) -> None:
    """One that was erased meanwhile is told of by nobody."""
    export = Export.objects.select_related("account").filter(pk=event.export).exclude(until=None).first()
    if export is not None and export.until is not None:
        tell(
            user=export.account,
            template="export_ready",
            subject=f"citizen:{export.citizen_id}",
            facts={"until_on": export.until.date().isoformat()},
            at=timezone.now(),
            dedupe=f"export:{export.pk}",
        )


@effect(ErasureRequested, queue="files")
def erase_the_person(event: ErasureRequested, job: Job) -> None:
    services.erase(citizen=event.citizen, job=job, at=timezone.now())


@on(PersonErased)
def say_farewell(event: PersonErased) -> None:
    """To those who acted for the person; whoever goes as well is reached for this last time."""
    erasure = Erasure.objects.get(pk=UUID(event.citizen))
    at = timezone.now()
    for user in User.objects.filter(pk__in=erasure.accounts):
        tell(
            user=user,
            template="erasure_done",
            subject=f"citizen:{erasure.pk}",
            facts={"erased_on": at.date().isoformat(), "kept": [kept.what for kept in services.kept()]},
            at=at,
            dedupe=f"citizen:{erasure.pk}:erased",
        )
    publish(FarewellSaid(citizen=event.citizen))


@on(FarewellSaid)
def close_the_account(event: FarewellSaid) -> None:
    services.release(citizen=event.citizen, at=timezone.now())
