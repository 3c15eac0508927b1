from datetime import datetime

from apps.accounts.models import User
from apps.audit.services import record
from apps.kernel.workflow import SYSTEM, Actor, By


def note(action: str, *, user: User, at: datetime, actor: Actor | None = None, **detail: str | int | None) -> None:
    """In the audit, about the officer's account; by the officer, unless someone else acts."""
    record(
        actor=actor or Actor(By.OFFICER, user),
        action=action,
        subject=f"account:{user.pk}",
        at=at,
        citizen=None,
        **detail,
    )


def note_failure(action: str, *, why: str, at: datetime, user: User | None = None) -> None:
    """Nobody proved to be the officer, so the actor is nobody."""
    record(actor=SYSTEM, action=action, subject=f"account:{user.pk if user else 'unknown'}", at=at, why=why)
