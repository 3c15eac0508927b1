"""Who may look, and that they did: an address first, the bytes when it is followed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from apps.audit.services import record
from apps.documents.encryption import Place
from apps.documents.models import File, Issue
from apps.documents.services import addresses, blobs
from apps.documents.services.files import clean_place, name_of
from apps.documents.services.issues import paper_place
from apps.documents.statuses import LARGEST_CLEAN, PDF
from apps.documents.store import Address
from apps.kernel.errors import Unknown
from apps.kernel.registry import Registry
from apps.kernel.workflow import Actor, By

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Found:
    """Where something to show is, and as what."""

    place: Place
    content_type: str
    filename: str


@dataclass(frozen=True, slots=True)
class Opened:
    """Something to show: ``size`` in bytes, the content in parts."""

    size: int
    parts: Iterator[bytes]
    content_type: str
    filename: str


def read_address(*, file: File, actor: Actor, session: str, at: datetime) -> Address:
    """Where this session, and nobody else, may read the clean copy for one minute.

    Asks nothing about whose it is, or which post's: the caller does. Raises ``Unknown`` before there is a clean copy.
    """
    clean_place(file)
    return addresses.to_read(what="file", pk=file.pk, actor=actor, session=session, at=at)


def pdf_address(*, issue: Issue, actor: Actor, session: str, at: datetime) -> Address:
    """The same for the paper of a live document."""
    paper_place(issue)
    return addresses.to_read(what="document", pk=issue.pk, actor=actor, session=session, at=at)


def open_content(*, token: str, actor: Actor, session: str, at: datetime) -> Opened:
    """What such an address shows. That it was looked at is in the audit before the first byte is read (A7).

    Raises ``Unknown`` for an address that is not this session's, too old, or leads to nothing any more.
    """
    bearing = addresses.follow(token=token, actor=actor, session=session, at=at)
    found, subject = shelves[bearing.what](bearing.pk, actor, at), f"{bearing.what}:{bearing.pk}"
    record(actor=actor, action=f"{bearing.what}_read", subject=subject, at=at, citizen=found.place.citizen)
    size, parts = blobs.read(found.place)
    return Opened(size, parts, found.content_type, found.filename)


def _file(pk: UUID, actor: Actor, at: datetime) -> Found:
    file = _one(File.objects.of(actor.user) if actor.by == By.APPLICANT else File.objects.all(), pk)
    return Found(clean_place(file), file.clean_type, name_of(file))


def _document(pk: UUID, actor: Actor, at: datetime) -> Found:
    issue = _one(Issue.objects.of(actor.user) if actor.by == By.APPLICANT else Issue.objects.all(), pk)
    return Found(paper_place(issue), PDF, f"{issue.number}.pdf")


shelves: Registry[Callable[[UUID, Actor, datetime], Found]] = Registry("shelf")
"""By the ``what`` of an address. Each raises ``Unknown`` for what this actor may not see."""
shelves.add("file", _file)
shelves.add("document", _document)


def _one(rows: QuerySet[M], pk: UUID) -> M:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Unknown
    return found


def pdf(*, issue: Issue) -> bytes:
    """The signed paper, for what we hand out. Raises ``Unknown`` unless it is live."""
    return blobs.whole(paper_place(issue), limit=LARGEST_CLEAN)
