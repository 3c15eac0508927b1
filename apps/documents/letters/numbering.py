"""Numbers of letters: a series for each kind, apart from that of the documents people travel with (ADR 0005, 0014)."""

from datetime import date

from django.db import transaction

from apps.accounts.models import Citizen, User
from apps.documents.letters.letter import NUMBERS_BEGIN_WITH
from apps.documents.models import LAST_NUMBER, Issue, Series
from apps.kernel.errors import Unavailable


@transaction.atomic
def reserve(*, kind: str, subject: str, citizen: Citizen, owner: User, issued_on: date, expires_on: date) -> Issue:
    """The letter of this subject, with its number; a new one only when there is none yet.

    Its holder is the subject, not the person: a letter about a second loss does not make the first one untrue.
    Raises ``Unavailable`` (``numbers_exhausted``).
    """
    prefix = NUMBERS_BEGIN_WITH[kind]
    Series.objects.get_or_create(prefix=prefix)
    series = Series.objects.select_for_update().get(prefix=prefix)
    existing = Issue.objects.live().filter(subject=subject).first()
    if existing is not None:
        return existing
    if series.next > LAST_NUMBER:
        raise Unavailable(code="numbers_exhausted")
    issue = Issue.objects.create(
        number=str(series),
        kind=kind,
        subject=subject,
        holder=subject,
        owner=owner,
        citizen=citizen,
        issued_on=issued_on,
        expires_on=expires_on,
    )
    series.next += 1
    series.save(update_fields=["next"])
    return issue
