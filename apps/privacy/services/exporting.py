"""A copy of somebody's data (Personal Information Protection Law art. 45)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.accounts.models import Citizen, Relation, User
from apps.audit.services import record
from apps.documents.encryption import Place
from apps.documents.services import Found, addresses, blobs, shelves
from apps.documents.store import Address, store
from apps.kernel.errors import Unknown
from apps.kernel.holdings import Whose
from apps.kernel.workflow import Actor, By
from apps.outbox.events import Job
from apps.outbox.services import publish
from apps.privacy.events import ExportReady, ExportRequested
from apps.privacy.models import Export
from apps.privacy.services.archive import archive
from apps.privacy.services.whose import whose_of

WHAT = "export"
ZIP = "application/zip"


@transaction.atomic
def request_export(*, citizen: Citizen, user: User, at: datetime) -> Export:
    """Begin to make a copy; while one is being made that one is answered."""
    export, is_new = Export.objects.get_or_create(
        citizen=citizen, account=user, ready_at=None, defaults={"requested_at": at}
    )
    if is_new:
        subject, actor = f"citizen:{citizen.pk}", Actor(By.APPLICANT, user)
        record(actor=actor, action="export_requested", subject=subject, at=at, citizen=citizen.pk)
        publish(ExportRequested(export=str(export.pk)))
    return export


def prepare(*, export: str, job: Job, at: datetime) -> None:
    """Make it, encrypt it, keep it for a week. Repeated, it ends in one copy under the same key."""
    found = Export.objects.preparing().filter(pk=export).first()
    if found is None:
        return
    blobs.put(place_of(found), archive(whose=_seen_by(found), at=at))
    with job.finish():
        if Export.objects.preparing().filter(pk=found.pk).update(ready_at=at, until=at + Export.LASTS):
            publish(ExportReady(export=str(found.pk)))


def latest(*, citizen: Citizen, user: User, at: datetime) -> Export:
    """The last copy the account asked for. Raises ``Unknown`` when there is none, or none any more."""
    rows = Export.objects.of(user).filter(citizen=citizen).exclude(pk__in=Export.objects.over(at=at))
    found = rows.order_by("-requested_at").first()
    if found is None:
        raise Unknown
    return found


def export_address(*, export: Export, actor: Actor, session: str, at: datetime) -> Address:
    """Where this session may read it for one minute. Raises ``Unknown`` before it is ready."""
    _found(export.pk, actor, at)
    return addresses.to_read(what=WHAT, pk=export.pk, actor=actor, session=session, at=at)


def purge(*, at: datetime) -> int:
    """Throw away what has had its week; answers how many."""
    old = list(Export.objects.over(at=at))
    for export in old:
        store().delete(export.key)
        export.delete()
    return len(old)


def _seen_by(export: Export) -> Whose:
    """Addresses, devices and messages of an account are in it only when the citizen is who signs in with it."""
    is_self = Relation.objects.filter(user=export.account, citizen=export.citizen, kind=Relation.Kind.SELF).exists()
    return replace(whose_of(citizen=export.citizen_id), leaving=(export.account_id,) if is_self else ())


def _found(pk: UUID, actor: Actor, at: datetime) -> Found:
    """Of nobody but the account that asked: no officer opens it."""
    rows = Export.objects.of(actor.user) if actor.by == By.APPLICANT else Export.objects.none()
    export = rows.filter(pk=pk, until__gt=at).first()
    if export is None:
        raise Unknown
    return Found(place_of(export), ZIP, f"my-data-{export.requested_at:%Y-%m-%d}.zip")


def place_of(export: Export) -> Place:
    """Where it lies, encrypted with the citizen's key."""
    return Place(export.citizen_id, export.key, WHAT)


shelves.add(WHAT, _found)
