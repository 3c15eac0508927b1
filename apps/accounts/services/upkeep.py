from datetime import datetime, timedelta

from django.db import transaction

from apps.accounts.models import Challenge, FormerAddress, Tally, User
from apps.audit.services import record
from apps.kernel.workflow import Actor, By

KEPT_FOR = timedelta(days=2)
"""Longer than any limit looks back."""
FORMER_KEPT_FOR = timedelta(days=30)
"""Longer than any mail server is down."""


@transaction.atomic
def edit_account(*, user: User, at: datetime, **changes: str) -> User:
    """Language and time zone in which the person is told things."""
    if not changes:
        return user
    for name, value in changes.items():
        setattr(user, name, value)
    user.save(update_fields=[*changes])
    actor = Actor(By.APPLICANT, user)
    record(actor=actor, action="account_changed", subject=f"account:{user.pk}", at=at, citizen=None, **changes)
    return user


def forget(*, at: datetime) -> int:
    """Drop addresses and counts nobody needs any more; answers how many rows."""
    before = at - KEPT_FOR
    codes, _ = Challenge.objects.filter(expires_at__lt=before).delete()
    former, _ = FormerAddress.objects.filter(changed_at__lt=at - FORMER_KEPT_FOR).delete()
    counts, _ = Tally.objects.filter(since__lt=before).delete()
    return codes + former + counts
