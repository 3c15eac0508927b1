from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.audit.services import record
from apps.documents.cleaning import Cleaned, Unusable, clean
from apps.documents.events import FileCleaned, FileReceived
from apps.documents.models import QUARANTINE, File
from apps.documents.statuses import LARGEST, TYPES, FileKind, FileStatus
from apps.documents.store import Address, store
from apps.kernel.errors import Conflict, Fault, Invalid, TooLarge, TooMany, Unknown
from apps.kernel.faults import fault_point
from apps.kernel.workflow import Actor
from apps.outbox.events import Job
from apps.outbox.services import publish

QUOTA = 100
"""Uploads per account and day: ten times what a difficult application needs."""
ABANDONED_AFTER = timedelta(hours=24)


@transaction.atomic
def expect(*, owner: User, kind: str, content_type: str, size: int, at: datetime) -> tuple[File, Address]:
    """Announce an upload. Raises ``Invalid`` (``unsupported_type``), ``TooLarge`` or ``TooMany``."""
    if content_type not in TYPES:
        text = _("Send a JPEG or PNG picture.")
        raise Invalid(faults=(Fault("/content_type", "unsupported_type", text),), code="unsupported_type")
    if size > LARGEST[FileKind(kind)]:
        raise TooLarge(code="file_too_large")
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if File.objects.of(owner).since(at - timedelta(days=1)).count() >= QUOTA:
        raise TooMany(code="upload_quota", retry_after=3600)
    file = File.objects.create(owner=owner, kind=kind, content_type=content_type, size=size)
    return file, address(file=file, at=at)


def address(*, file: File, at: datetime) -> Address:
    return store().upload_address(key=file.raw_key, content_type=file.content_type, size=file.size, at=at)


def complete(*, file: File, at: datetime) -> File:
    """The phone says that it is there: look, and hand it to a worker. Said twice, it is done once."""
    if file.status != FileStatus.EXPECTED:
        return file
    size = store().size(file.raw_key)
    if size is None:
        raise Conflict(_("The file has not arrived yet. Upload it, then complete it."), code="file_not_uploaded")
    if size > file.size:
        raise TooLarge(_("The file is larger than announced."), code="file_too_large")
    with transaction.atomic():
        file = File.objects.select_for_update().get(pk=file.pk)
        if file.status == FileStatus.EXPECTED:
            file.status = FileStatus.RECEIVED
            file.save(update_fields=["status"])
            publish(FileReceived(file=str(file.pk)))
    return file


def clean_file(*, file: str, job: Job) -> None:
    """Make the clean copy. Repeating it ends in the same copy; the original goes once the result is recorded."""
    found = File.objects.get(pk=file)
    if found.status != FileStatus.RECEIVED:
        return
    raw = store().get(found.raw_key, limit=LARGEST[FileKind(found.kind)])
    try:
        if len(raw) > LARGEST[FileKind(found.kind)]:
            raise Unusable("too_large")
        cleaned = clean(raw, kind=found.kind)
    except Unusable as reason:
        _finish(found, job, None, reason.code)
    else:
        fault_point("documents.cleaned")
        store().put(_clean_key(found, cleaned), cleaned.content, content_type="image/jpeg")
        fault_point("documents.stored")
        _finish(found, job, cleaned, "")


def discard_original(*, file: str) -> None:
    """What was sent is of no more use. A job of its own, since the worker may die after recording the result."""
    store().delete(File.objects.get(pk=file).raw_key)


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


def _clean_key(file: File, cleaned: Cleaned) -> str:
    return f"files/{file.pk}/{cleaned.sha256}.jpg"


def _finish(file: File, job: Job, cleaned: Cleaned | None, reason: str) -> None:
    with job.finish():
        file = File.objects.select_for_update().get(pk=file.pk)
        file.status, file.reason = (FileStatus.REJECTED, reason) if cleaned is None else (FileStatus.CLEAN, "")
        if cleaned is not None:
            file.sha256, file.clean_key = cleaned.sha256, _clean_key(file, cleaned)
            file.width, file.height = cleaned.size
        file.save(update_fields=["status", "reason", "sha256", "clean_key", "width", "height"])
        publish(FileCleaned(file=str(file.pk), status=file.status))


def content(*, file: File) -> bytes:
    """The clean copy, for what we issue. Raises ``Unknown`` before there is one."""
    if file.status != FileStatus.CLEAN:
        raise Unknown
    return store().get(file.clean_key, limit=LARGEST[FileKind.PAPER])


def read_address(*, file: File, actor: Actor, at: datetime) -> Address:
    """A signed address for one minute; that it was given is in the audit before it is.

    Asks nothing about whose it is, or which post's: the caller does. Raises ``Unknown`` before there is a clean copy.
    """
    if file.status != FileStatus.CLEAN:
        raise Unknown
    record(actor=actor, action="file_read", subject=f"file:{file.pk}", at=at)
    return store().read_address(key=file.clean_key, content_type="image/jpeg", filename=f"{file.pk}.jpg", at=at)
