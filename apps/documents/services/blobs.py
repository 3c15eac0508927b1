"""What the object store holds, encrypted on the way in and proven on the way out."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.documents.encryption import Place, Tampered, content_size, decrypt, encrypt
from apps.documents.services import keys
from apps.documents.store import store
from apps.kernel.errors import Unknown

IN_MEMORY = 2 * 1024 * 1024
QUARANTINED, FILE, DOCUMENT = "quarantine", "file", "document"
"""What a blob is for; part of what is authenticated."""

log = logging.getLogger(__name__)


class Damaged(Unknown):
    """What is stored is not what was stored: it is never shown."""

    code = "file_damaged"
    detail = _("This file is damaged and cannot be opened.")


def put(place: Place, content: Iterable[bytes], *, most: int | None = None) -> int:
    """Encrypt and store; answers how many bytes of content. Nothing is stored when ``content`` raises.

    Whatever does not fit into memory waits on disk encrypted.
    """
    key_id, key = keys.key_for(place.citizen)
    counted, total = _counted(content)
    with SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
        for part in encrypt(counted, key=key, key_id=key_id, place=place):
            spool.write(part)
        spool.seek(0)
        store().put(place.key, spool, content_type="application/octet-stream")
    return total()


def read(place: Place) -> tuple[int, Iterator[bytes]]:
    """The size and the content. Raises ``Unknown``, ``Erased`` or ``Damaged`` before the first byte.

    Damage found later ends the iterator with ``Damaged``, short of the size that was promised.
    """
    with _told(place):
        sealed, blob = store().open(place.key)
        parts = decrypt(blob, key_of=keys.find, place=place)
        first = next(parts)
    return content_size(sealed), _rest(first, parts, place)


def whole(place: Place, *, limit: int) -> bytes:
    """The content, but never more than ``limit`` bytes and one: the caller sees that it is too large."""
    found, total = [], 0
    for part in read(place)[1]:
        found.append(part)
        total += len(part)
        if total > limit:
            break
    return b"".join(found)[: limit + 1]


def size(key: str) -> int | None:
    """Of the content, in bytes; nothing when there is no such object."""
    sealed = store().size(key)
    return None if sealed is None else content_size(sealed)


def quarantined(key: str, citizen: UUID) -> Place:
    return Place(citizen, key, QUARANTINED)


def _rest(first: bytes, parts: Iterator[bytes], place: Place) -> Iterator[bytes]:
    yield first
    with _told(place):
        yield from parts


@contextmanager
def _told(place: Place) -> Iterator[None]:
    """Somebody who can write to the object store has done so, or a disk is failing: an operator must know."""
    try:
        yield
    except Tampered:
        log.error("file_tampered", extra={"key": place.key, "purpose": place.purpose})
        raise Damaged from None


def _counted(content: Iterable[bytes]) -> tuple[Iterator[bytes], Callable[[], int]]:
    seen = [0]

    def parts() -> Iterator[bytes]:
        for part in content:
            seen[0] += len(part)
            yield part

    return parts(), lambda: seen[0]
