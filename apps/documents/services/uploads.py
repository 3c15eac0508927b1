"""From an announcement to encrypted bytes in quarantine, through our own server."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen, User
from apps.documents.events import FileReceived
from apps.documents.models import File
from apps.documents.services import addresses, blobs
from apps.documents.statuses import LARGEST, TYPES, FileKind, FileStatus
from apps.documents.store import Address
from apps.kernel.errors import Conflict, Fault, Invalid, TooLarge, TooMany, Unknown
from apps.kernel.workflow import Actor, By
from apps.outbox.services import publish

QUOTA = 100
"""Uploads per day, of an account and for a citizen: ten times what a difficult application needs."""
PART = 64 * 1024


@transaction.atomic
def expect(
    *, owner: User, citizen: Citizen, kind: str, content_type: str, size: int, at: datetime
) -> tuple[File, Address]:
    """Announce an upload for a citizen the account may act for; the caller looked.

    Raises ``Invalid`` (``unsupported_type``), ``TooLarge`` or ``TooMany``.
    """
    if content_type not in TYPES[FileKind(kind)]:
        text = _("Send a JPEG, PNG or HEIC picture; a paper may also be a PDF.")
        raise Invalid(faults=(Fault("/content_type", "unsupported_type", text),), code="unsupported_type")
    if size > LARGEST[FileKind(kind)]:
        raise TooLarge(code="file_too_large")
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    Citizen.objects.select_for_update(no_key=True).get(pk=citizen.pk)
    today = File.objects.since(at - timedelta(days=1))
    if max(today.filter(owner=owner).count(), today.about(citizen).count()) >= QUOTA:
        raise TooMany(code="upload_quota", retry_after=3600)
    file = File.objects.create(owner=owner, citizen=citizen, kind=kind, content_type=content_type, size=size)
    return file, address(file=file, at=at)


def address(*, file: File, at: datetime) -> Address:
    """Where the account that announced it may send it, with these headers."""
    headers = {"Content-Type": file.content_type, "Content-Length": str(file.size)}
    return addresses.to_upload(file=file.pk, actor=Actor(By.APPLICANT, file.owner), at=at, headers=headers)


def announced(*, token: str, user: User, at: datetime) -> File:
    """What is to be sent to this address. Raises ``Unknown``, or ``Conflict`` when it is there already."""
    found = addresses.follow(token=token, actor=Actor(By.APPLICANT, user), session="", at=at)
    file = File.objects.of(user).filter(pk=found.pk).first() if found.what == "upload" else None
    if file is None:
        raise Unknown
    if file.status != FileStatus.EXPECTED:
        raise Conflict(_("This file has arrived already."), code="already_uploaded")
    return file


def receive(*, file: File, read: Callable[[int], bytes]) -> None:
    """Encrypt the body into quarantine while it arrives; never more than announced, and nothing of half a file."""
    blobs.put(blobs.quarantined(file.raw_key, file.citizen_id), _body(read, file.size))


def _body(read: Callable[[int], bytes], size: int) -> Iterator[bytes]:
    left = size
    while left > 0 and (part := _some(read, min(left, PART))):
        left -= len(part)
        yield part
    if left:
        raise Invalid(_("The upload broke off. Please send it again."), code="incomplete_upload")


def _some(read: Callable[[int], bytes], size: int) -> bytes:
    try:
        return read(size)
    except OSError:  # whoever sent it is gone
        return b""


def complete(*, file: File, at: datetime) -> File:
    """The phone says that it is there: look, and hand it to a worker. Said twice, it is done once."""
    if file.status != FileStatus.EXPECTED:
        return file
    size = blobs.size(file.raw_key)
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
