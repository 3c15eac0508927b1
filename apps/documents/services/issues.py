import hashlib
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen, User
from apps.audit.services import record
from apps.documents.encryption import Place
from apps.documents.events import DocumentIssued, DocumentVoided
from apps.documents.models import LAST_NUMBER, Issue, Series, folder_of, key_of
from apps.documents.services import blobs
from apps.documents.statuses import IssueStatus
from apps.documents.store import store
from apps.kernel.errors import Conflict, Unavailable, Unknown
from apps.kernel.workflow import SYSTEM, Actor
from apps.outbox.services import publish


@transaction.atomic
def reserve(
    *,
    kind: str,
    subject: str,
    holder: str,
    owner: User,
    citizen: Citizen,
    issued_on: date,
    expires_on: date,
    prefix: str = "",
) -> Issue:
    """The document of this subject, with its number; a new one only when there is none yet.

    One at a time, by the lock on the series: numbers rise without gaps, and a void one is never used again.
    ``prefix`` begins the series; that of travel documents when empty. Raises ``Unavailable`` (``numbers_exhausted``).
    """
    prefix = prefix or settings.DOCUMENT_PREFIX
    series = _locked_series(prefix)
    existing = Issue.objects.live().filter(subject=subject).first()
    if existing is not None:
        return existing
    if series.next > LAST_NUMBER:
        raise Unavailable(code="numbers_exhausted")
    issue = Issue.objects.create(
        number=str(series),
        kind=kind,
        subject=subject,
        holder=holder,
        owner=owner,
        citizen=citizen,
        issued_on=issued_on,
        expires_on=expires_on,
    )
    series.next += 1
    series.save(update_fields=["next"])
    return issue


def _locked_series(prefix: str) -> Series:
    """Its first number alone has to make it; twice at the same time makes it once."""
    locked = Series.objects.select_for_update()
    series = locked.filter(prefix=prefix).first()
    if series is None:
        Series.objects.get_or_create(prefix=prefix)
        series = locked.get(prefix=prefix)
    return series


def store_paper(*, issue: Issue, pdf: bytes) -> str:
    """Encrypt the signed paper to where its content says; answers the SHA-256 to record with ``mark_issued``."""
    sha256 = hashlib.sha256(pdf).hexdigest()
    blobs.put(_place(issue, key_of(issue.pk, sha256)), [pdf])
    return sha256


def paper_place(issue: Issue) -> Place:
    """Where the paper of a live document is. Raises ``Unknown`` for any other."""
    if issue.status != IssueStatus.ISSUED:
        raise Unknown
    return _place(issue, issue.key)


def _place(issue: Issue, key: str) -> Place:
    return Place(issue.citizen_id, key, blobs.DOCUMENT)


def discard_drafts(*, issue: str) -> None:
    """Remove what workers stored that died before it was recorded: one document, one file."""
    kept = Issue.objects.get(pk=issue)
    for key in list(store().keys(folder_of(kept.pk))):
        if key != kept.key:
            store().delete(key)


@transaction.atomic
def mark_issued(*, issue: Issue, sha256: str, seal: bytes, at: datetime) -> Issue:
    """Make it live, and the holder's earlier one of the kind void: one valid document each (Doc 9303-8 §4).

    Raises ``Conflict`` unless it is being made.
    """
    issue = Issue.objects.select_for_update().get(pk=issue.pk)
    if issue.status != IssueStatus.RESERVED:
        raise Conflict(_("This document is not being made."), code="not_reserved")
    for earlier in Issue.objects.filter(holder=issue.holder, kind=issue.kind, status=IssueStatus.ISSUED):
        void(issue=earlier, actor=SYSTEM, at=at)
    issue.status, issue.sha256, issue.seal, issue.issued_at = IssueStatus.ISSUED, sha256, seal, at
    issue.save(update_fields=["status", "sha256", "seal", "issued_at"])
    publish(DocumentIssued(issue=str(issue.pk), subject=issue.subject))
    return issue


@transaction.atomic
def void(*, issue: Issue, actor: Actor, at: datetime) -> Issue:
    """Declare it void. Its number is never used again."""
    issue = Issue.objects.select_for_update().get(pk=issue.pk)
    if issue.status == IssueStatus.VOID:
        return issue
    issue.status = IssueStatus.VOID
    issue.save(update_fields=["status"])
    record(actor=actor, action="document_voided", subject=f"document:{issue.pk}", at=at, citizen=issue.citizen_id)
    publish(DocumentVoided(issue=str(issue.pk), subject=issue.subject))
    return issue


def void_subject(*, subject: str, actor: Actor, at: datetime) -> None:
    """Whatever was issued, or is being made, on a subject that has ended."""
    for issue in Issue.objects.live().filter(subject=subject):
        void(issue=issue, actor=actor, at=at)
