"""One effect per ``Idempotency-Key``: the answer is kept in the transaction that made it true."""

import hashlib
import json
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, Invalid
from apps.kernel.models import Answer

KEPT_FOR = timedelta(days=7)


def fingerprint(*, method: str, path: str, body: bytes) -> str:
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).hexdigest()


def claim(*, actor: str, key: str, fingerprint: str) -> Answer:
    """The answer row of this key, new or old. Call inside ``atomic``: a concurrent holder makes us wait.

    Raises ``Invalid`` for a missing or unusable key and ``Conflict`` when it was used for another request.
    """
    if not key:
        raise Invalid(_("Send an Idempotency-Key with this request."), code="idempotency_key_required")
    if len(key) > 255 or not key.isascii() or not key.isprintable():  # noqa: PLR2004
        raise Invalid(_("An Idempotency-Key has 1 to 255 printable ASCII characters."), code="idempotency_key_invalid")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_answer (actor, key, fingerprint, headers, created_at) "
            "VALUES (%s, %s, %s, '{}', now()) ON CONFLICT (actor, key) DO NOTHING RETURNING id",
            [actor, key, fingerprint],
        )
        new = cursor.fetchone()
    if new:
        return Answer(pk=new[0], actor=actor, key=key, fingerprint=fingerprint)
    # nothing to lock: a row of someone else's is committed by now, and never changes again
    answer = Answer.objects.get(actor=actor, key=key)
    if answer.fingerprint != fingerprint:
        raise Conflict(_("This Idempotency-Key belongs to another request."), code="idempotency_key_reused")
    return answer


def keep(answer: Answer, *, status: int, headers: dict[str, str], body: str) -> None:
    """``body`` is JSON. Call in the transaction of ``claim``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_answer SET status = %s, headers = %s, body = %s WHERE id = %s",
            [status, json.dumps(headers), body, answer.pk],
        )


def forget(*, at: datetime) -> int:
    """Drop answers old enough that no phone still retries; answers how many."""
    return Answer.objects.filter(created_at__lt=at - KEPT_FOR).delete()[0]
