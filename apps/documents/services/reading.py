"""Who may look, and that they did: an address first, the bytes when it is followed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from apps.audit.services import record
from apps.documents.models import File, Issue
from apps.documents.services import addresses, blobs
from apps.documents.services.files import clean_place, name_of
from apps.documents.services.issues import paper_place
from apps.documents.statuses import LARGEST_CLEAN, PDF
from apps.documents.store import Address
from apps.kernel.errors import Unknown
from apps.kernel.workflow import Actor, By

M = TypeVar("M", bound=Model)


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
    found, is_own = addresses.follow(token=token, actor=actor, session=session, at=at), actor.by == By.APPLICANT
    if found.what == "file":
        file = _one(File.objects.of(actor.user) if is_own else File.objects.all(), found.pk)
        place, content_type, name = clean_place(file), file.clean_type, name_of(file)
    elif found.what == "document":
        issue = _one(Issue.objects.of(actor.user) if is_own else Issue.objects.all(), found.pk)
        place, content_type, name = paper_place(issue), PDF, f"{issue.number}.pdf"
    else:
        raise Unknown
    record(actor=actor, action=f"{found.what}_read", subject=f"{found.what}:{found.pk}", at=at, citizen=place.citizen)
    size, parts = blobs.read(place)
    return Opened(size, parts, content_type, name)


def _one(rows: QuerySet[M], pk: UUID) -> M:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Unknown
    return found


def pdf(*, issue: Issue) -> bytes:
    """The signed paper, for what we hand out. Raises ``Unknown`` unless it is live."""
    return blobs.whole(paper_place(issue), limit=LARGEST_CLEAN)
