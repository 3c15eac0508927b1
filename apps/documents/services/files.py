"""What becomes of an upload: a clean copy or a reason, and in the end nothing."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from apps.documents import scanning
from apps.documents.cleaned import Cleaned, Unusable
from apps.documents.encryption import Place
from apps.documents.events import FileCleaned, FileDiscarded
from apps.documents.models import QUARANTINE, File
from apps.documents.sandbox import clean
from apps.documents.services import blobs, keys
from apps.documents.statuses import LARGEST, LARGEST_CLEAN, PDF, FileKind, FileStatus
from apps.documents.store import store
from apps.kernel.errors import Unknown
from apps.kernel.faults import fault_point
from apps.outbox.events import Job
from apps.outbox.services import publish

ABANDONED_AFTER = timedelta(hours=24)


def clean_file(*, file: str, job: Job) -> None:
    """Make the clean copy. Repeating it ends in the same copy; the original goes once the result is recorded.

    Without an answer of the virus scanner it raises ``Unavailable``: the file stays where nobody can open it.
    """
    found = File.objects.get(pk=file)
    if found.status != FileStatus.RECEIVED:
        return
    try:
        cleaned = _checked(found)
    except Unusable as reason:
        _finish(found, job, None, reason.code)
    except (blobs.Damaged, keys.Erased):
        _finish(found, job, None, "unreadable")
    else:
        fault_point("documents.cleaned")
        blobs.put(_place(found, _clean_key(found, cleaned)), [cleaned.content])
        fault_point("documents.stored")
        _finish(found, job, cleaned, "")


def _checked(file: File) -> Cleaned:
    most = LARGEST[FileKind(file.kind)]
    raw = blobs.whole(blobs.quarantined(file.raw_key, file.citizen_id), limit=most)
    if len(raw) > most:
        raise Unusable("too_large")
    if settings.CLAMAV_URL and scanning.found(raw, url=settings.CLAMAV_URL):
        raise Unusable("infected")
    return clean(raw, kind=file.kind)


def discard_original(*, file: str) -> None:
    """What was sent is of no more use. A job of its own, since the worker may die after recording the result."""
    store().delete(File.objects.get(pk=file).raw_key)


@transaction.atomic
def discard(*, file: File) -> None:
    """Nobody needs it any more: the content goes, the row stays to say that there was one. Twice is once.

    Asks nothing about what it is attached to: the caller does.
    """
    file = File.objects.select_for_update().get(pk=file.pk)
    if file.status != FileStatus.DISCARDED:
        file.status, file.clean_key, file.remarks = FileStatus.DISCARDED, "", []
        file.save(update_fields=["status", "clean_key", "remarks"])
        publish(FileDiscarded(file=str(file.pk)))


def discard_objects(*, file: str) -> None:
    """Everything stored for a discarded file."""
    found = File.objects.get(pk=file)
    for key in [found.raw_key, *store().keys(found.folder)]:
        store().delete(key)


def purge(*, at: datetime) -> int:
    """Throw away what was uploaded and never completed, or uploaded again later; answers how many objects (U9)."""
    before = at - ABANDONED_AFTER
    waiting = {file.raw_key for file in File.objects.filter(status=FileStatus.RECEIVED)}
    left = [key for key in store().keys(QUARANTINE, before=before) if key not in waiting]
    for key in left:
        store().delete(key)
    File.objects.forgotten(before=before).update(
        status=FileStatus.REJECTED, reason="never_uploaded", version=F("version") + 1, updated_at=at
    )
    return len(left)


def content(*, file: File) -> bytes:
    """The clean copy, for what we issue and what we hand out. Raises ``Unknown`` before there is one."""
    return blobs.whole(clean_place(file), limit=LARGEST_CLEAN)


def clean_place(file: File) -> Place:
    """Where the clean copy is. Raises ``Unknown`` before there is one."""
    if file.status != FileStatus.CLEAN:
        raise Unknown
    return _place(file, file.clean_key)


def name_of(file: File) -> str:
    return f"{file.pk}.pdf" if file.clean_type == PDF else f"{file.pk}.jpg"


def _place(file: File, key: str) -> Place:
    return Place(file.citizen_id, key, blobs.FILE)


def _clean_key(file: File, cleaned: Cleaned) -> str:
    return f"{file.folder}{cleaned.sha256}"


def _finish(file: File, job: Job, cleaned: Cleaned | None, reason: str) -> None:
    with job.finish():
        file = File.objects.select_for_update().get(pk=file.pk)
        if file.status == FileStatus.DISCARDED:  # meanwhile; what was just stored goes as well
            publish(FileDiscarded(file=str(file.pk)))
            return
        file.status, file.reason = (FileStatus.REJECTED, reason) if cleaned is None else (FileStatus.CLEAN, "")
        if cleaned is not None:
            file.sha256, file.clean_key, file.clean_type = cleaned.sha256, _clean_key(file, cleaned), cleaned.type
            file.width, file.height = cleaned.size or (None, None)
            file.remarks = list(cleaned.remarks)
        file.save(update_fields=["status", "reason", "sha256", "clean_key", "clean_type", "width", "height", "remarks"])
        publish(FileCleaned(file=str(file.pk), status=file.status))
