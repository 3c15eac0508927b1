"""The delta feed: what became new since a phone last asked."""

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen, User
from apps.cases.models import Change
from apps.kernel.errors import Conflict, Fault, Invalid

PAGE = 100
KEPT_FOR = timedelta(days=90)
NOTE = """
    SELECT pg_advisory_xact_lock(hashtextextended('change:' || %(citizen)s, 0));
    INSERT INTO cases_change (citizen_id, kind, subject, at) VALUES (%(citizen)s, %(kind)s, %(subject)s, %(at)s)
"""
TRY_LOCKS = """
    SELECT coalesce(bool_and(pg_try_advisory_xact_lock_shared(hashtextextended('change:' || citizen, 0))), true)
    FROM unnest(%s::text[]) AS citizen
"""


def note_change(*, citizen: Citizen, kind: str, subject: str, at: datetime) -> None:
    """Tell the phones of everybody who may act for the citizen, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"citizen": str(citizen.pk), "kind": kind, "subject": subject, "at": at})


@transaction.atomic
def changes(*, user: User, after: str, at: datetime) -> tuple[list[Change], str]:
    """What came after a cursor, oldest first, and the cursor to go on from. Without one: from now on.

    While somebody is still writing about one of the citizens there is nothing new yet; a moment later there is.
    Raises ``Invalid`` (``bad_cursor``) and ``Conflict`` (``feed_expired``): then the lists have to be read anew.
    """
    mine = list(Citizen.objects.of(user).values_list("pk", flat=True))
    last, asked_at = _read(after) if after else (0, int(at.timestamp()))
    if asked_at < int((at - KEPT_FOR).timestamp()):
        raise Conflict(_("Too long ago: read the lists anew, then go on from here."), code="feed_expired")
    is_quiet = _is_quiet(mine)
    if not after:
        return [], _cursor(_newest(mine), at)
    found = list(Change.objects.filter(citizen__in=mine, id__gt=last).order_by("id")[:PAGE]) if is_quiet else []
    return found, _cursor(found[-1].pk if found else last, at)


def forget(*, at: datetime) -> int:
    """Drop what no cursor may still ask for; answers how many."""
    return Change.objects.filter(at__lt=at - KEPT_FOR - timedelta(days=1)).delete()[0]


def _is_quiet(citizens: Iterable[UUID]) -> bool:
    """Nobody is writing about them; and nobody begins to before the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCKS, [[str(citizen) for citizen in citizens]])
        return bool(cursor.fetchone()[0])


def _newest(citizens: Iterable[UUID]) -> int:
    """A place before everything that is still being written: reading a little twice is better than missing it."""
    latest = Change.objects.filter(citizen__in=citizens).order_by("-id").values_list("id", flat=True).first()
    return latest or 0


def _cursor(pk: int, at: datetime) -> str:
    return base64.urlsafe_b64encode(f"{pk}.{int(at.timestamp())}".encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, int]:
    try:
        pk, asked_at = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").split(".")
        numbers = int(pk), int(asked_at)
    except (binascii.Error, ValueError, UnicodeError):
        numbers = (-1, -1)
    if min(numbers) < 0 or max(numbers) >= 2**63:
        fault = Fault("/after", "bad_cursor", _("This is not one of our cursors."))
        raise Invalid(code="bad_cursor", faults=(fault,))
    return numbers
