"""Heads leave the house: whoever rules the database does not rule where they are kept."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from apps.audit.models import Batch

FOLDER = "heads"

log = logging.getLogger(__name__)


def publish_heads(*, at: datetime) -> int:
    """Carry out what has not been carried out yet; answers how many. What fails is tried again next time."""
    carried = 0
    for batch in Batch.objects.filter(published_at=None).order_by("number")[:1000]:
        try:
            for place in _places():
                _put(place, batch)
        except (OSError, BotoCoreError, ClientError):
            log.exception("audit_head_not_published", extra={"batch": batch.number})
            return carried
        Batch.objects.filter(pk=batch.pk).update(published_at=at)
        carried += 1
    return carried


def published_heads(source: Path | None = None) -> dict[int, dict[str, Any]]:
    """Every published head by batch number: from a folder or a file of JSON lines, else from where they were put.

    Raises ``ValueError`` for two that contradict each other, ``OSError`` for a place that does not answer.
    """
    texts = _read(source) if source else (text for place in _places() for text in _kept(place))
    heads: dict[int, dict[str, Any]] = {}
    for text in texts:
        head = json.loads(text)
        if heads.setdefault(head["batch"], head) != head:
            raise ValueError(f"two different heads of batch {head['batch']} were published")
    return heads


def _places() -> list[Storage]:
    return [storages[name] for name in settings.STORAGES if name.startswith("audit_heads")]


def _put(place: Storage, batch: Batch) -> None:
    """One object per head, never written twice."""
    name = f"{FOLDER}/{batch.number:012d}.json"
    head = {**batch.facts, "head": batch.head, "signature": batch.signature}
    if not place.exists(name):
        place.save(name, ContentFile(json.dumps(head, sort_keys=True).encode()))
    elif json.loads(_content(place, name)) != head:
        log.error("audit_head_contradicts_the_published_one", extra={"batch": batch.number})


def _kept(place: Storage) -> Iterator[bytes]:
    try:
        _folders, names = place.listdir(FOLDER)
    except FileNotFoundError:  # nothing was published yet
        names = []
    except (BotoCoreError, ClientError) as problem:
        raise OSError(str(problem)) from problem
    return (_content(place, f"{FOLDER}/{name}") for name in sorted(names))


def _content(place: Storage, name: str) -> bytes:
    with place.open(name) as file:
        content: bytes = file.read()
    return content


def _read(source: Path) -> Iterator[bytes]:
    if source.is_dir():
        return (path.read_bytes() for path in sorted(source.rglob("*.json")))
    return (line for line in source.read_bytes().splitlines() if line.strip())
