from datetime import datetime
from uuid import UUID

from structlog.contextvars import get_contextvars

from apps.audit.models import Entry
from apps.kernel.workflow import Actor


def record(
    *, actor: Actor, action: str, subject: str, at: datetime, citizen: UUID | None = None, **detail: str | int | None
) -> Entry:
    """Write one entry in the caller's transaction. ``detail`` holds ids and codes, never personal data.

    ``citizen`` is whose file it was, for whoever asks later who opened theirs.
    """
    who = f"{actor.by}:{actor.user.pk}" if actor.user else str(actor.by)
    request_id = str(get_contextvars().get("request_id", ""))[:64]
    return Entry.objects.create(
        at=at, actor=who, action=action, subject=subject, citizen=citizen, request_id=request_id, detail=detail
    )
