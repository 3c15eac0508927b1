"""The key tree: ``FILE_KEYS`` wrap one key per citizen, which opens that citizen's files (security design 5)."""

import base64
import os
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen
from apps.audit.services import record
from apps.documents.encryption import KEY, Tampered, unwrap, wrap
from apps.documents.models import CitizenKey
from apps.kernel.errors import Unavailable, Unknown
from apps.kernel.workflow import Actor


class Erased(Unknown):
    """The key was destroyed, and with it everything it opened."""

    code = "erased"
    detail = _("This has been erased.")


class KeyMissing(Unavailable):
    """A wrapping key is not in ``FILE_KEYS``, or is not the one of that name."""

    code = "file_key_missing"


def keks() -> dict[str, bytes]:
    """The wrapping keys by id; the first one wraps what is new."""
    pairs = (entry.partition(":") for entry in settings.FILE_KEYS)
    return {name: base64.b64decode(secret) for name, _colon, secret in pairs}


def key_for(citizen: UUID) -> tuple[UUID, bytes]:
    """The id and the key to encrypt with, made when there is none yet. Raises ``Erased``."""
    fresh = CitizenKey(citizen_id=citizen)
    kek = next(iter(keks()))
    made = {"id": fresh.pk, "wrapped": wrap(os.urandom(KEY), kek=keks()[kek], bound=_bound(fresh, kek)), "kek": kek}
    row, _is_new = CitizenKey.objects.get_or_create(citizen_id=citizen, defaults=made)
    return row.pk, _open(row)


def find(key_id: UUID) -> bytes:
    """The key a blob names. Raises ``Erased``, or ``Tampered`` when there never was such a key."""
    row = CitizenKey.objects.filter(pk=key_id).first()
    if row is None:
        raise Tampered
    return _open(row)


@transaction.atomic
def destroy_key(*, citizen: Citizen, actor: Actor, at: datetime) -> CitizenKey:
    """Erase every file of a citizen, for ever; no new one can be made for them. Done twice, it counts once.

    What was stored stays in the object store as noise. An older copy of the database still holds the wrapped key: it
    must not outlive the shred window of the backups (30 days).
    """
    row, _is_new = CitizenKey.objects.select_for_update().get_or_create(citizen=citizen, defaults={"destroyed_at": at})
    if row.wrapped is None and not _is_new:
        return row
    row.wrapped, row.kek, row.destroyed_at = None, "", at
    row.save(update_fields=["wrapped", "kek", "destroyed_at"])
    record(
        actor=actor,
        action="file_key_destroyed",
        subject=f"citizen:{citizen.pk}",
        at=at,
        citizen=citizen.pk,
        key=str(row.pk),
    )
    return row


@transaction.atomic
def rewrap(*, limit: int) -> int:
    """Wrap up to so many keys with the first of ``FILE_KEYS``; answers how many. Stopped anywhere, it goes on there."""
    wrapping = keks()
    newest = next(iter(wrapping))
    rows = list(CitizenKey.objects.to_rewrap(kek=newest).select_for_update(skip_locked=True)[:limit])
    for row in rows:
        key = _open(row)
        row.wrapped, row.kek = wrap(key, kek=wrapping[newest], bound=_bound(row, newest)), newest
        row.version = row.version + 1
    CitizenKey.objects.bulk_update(rows, ["wrapped", "kek", "version"])
    return len(rows)


def _open(row: CitizenKey) -> bytes:
    if row.wrapped is None:
        raise Erased
    kek = keks().get(row.kek)
    if kek is None:
        raise KeyMissing
    return unwrap(bytes(row.wrapped), kek=kek, bound=_bound(row, row.kek))


def _bound(row: CitizenKey, kek: str) -> bytes:
    """A wrapped key opens for its own citizen and row only."""
    return row.pk.bytes + row.citizen_id.bytes + kek.encode()
