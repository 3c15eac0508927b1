"""How often is too often. Counted in PostgreSQL by one statement: no race, and nothing to flush (security C4, C5)."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

from django.db import connection
from django.utils.crypto import salted_hmac

from apps.accounts.models import Tally
from apps.kernel.errors import TooMany


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` within ``per``, from the first one on."""

    most: int
    per: timedelta


TO_ONE_ADDRESS = (
    Limit(1, timedelta(minutes=1)),
    Limit(5, timedelta(hours=1)),
    Limit(10, timedelta(days=1)),
)
FROM_ONE_CALLER = (Limit(20, timedelta(hours=1)), Limit(60, timedelta(days=1)))
TEXT_MESSAGES = (Limit(2000, timedelta(days=1)),)
"""Of the whole installation: what fraud with expensive numbers can cost at most (security C9)."""
TEXT_MESSAGES_TO_A_COUNTRY = (Limit(500, timedelta(days=1)),)
"""By calling code: one country's operators, whoever earns there, do not use up what all others need (C9)."""
PASSWORDS = (Limit(10, timedelta(minutes=15)),)

COUNT = """
INSERT INTO accounts_tally AS tally (key, count, since) VALUES (%(key)s, 1, now())
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN tally.since <= now() - %(per)s THEN 1 ELSE least(tally.count, %(most)s) + 1 END,
    since = CASE WHEN tally.since <= now() - %(per)s THEN now() ELSE tally.since END
RETURNING count, extract(epoch FROM since + %(per)s - now())
"""


def count(*, what: str, who: str, limits: tuple[Limit, ...]) -> int:
    """Count one more; answers how many there are within the last of the limits.

    Raises ``TooMany`` with the seconds to wait; ``who`` is kept as a keyed hash.
    """
    counted = 0
    for limit in limits:
        facts: dict[str, Any] = {"key": _key(what, who, limit), "per": limit.per, "most": limit.most}
        with connection.cursor() as cursor:
            cursor.execute(COUNT, facts)
            counted, left = cursor.fetchone()
        if counted > limit.most:
            raise TooMany(retry_after=max(1, ceil(left)))
    return int(counted)


def clear(*, what: str, who: str, limits: tuple[Limit, ...]) -> None:
    Tally.objects.filter(key__in=[_key(what, who, limit) for limit in limits]).delete()


def _key(what: str, who: str, limit: Limit) -> str:
    mark = salted_hmac("accounts.tally", who, algorithm="sha256").hexdigest()
    return f"{what}:{limit.per.total_seconds():.0f}:{mark}"
