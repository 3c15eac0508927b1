"""What each app holds about people: how it is handed out, how it is erased, and what the law has us keep.

Personal Information Protection Law art. 45 (copies) and 47 (deletion). An app names its ``Holding`` in ``holdings.py``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from apps.kernel.errors import Text
from apps.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Whose:
    """A citizen and what belongs to them by another name than their id.

    ``accounts`` act or acted for them; ``leaving`` are those of them that exist for nobody else. ``subjects`` are keys
    like ``case:<id>``, under which messages and payments know what is theirs.
    """

    citizen: UUID
    accounts: tuple[UUID, ...] = ()
    leaving: tuple[UUID, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of one table, by the names of its fields."""

    model: type[Model]
    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Paper:
    """A file for whoever asks for their data; ``parts`` are read when it is its turn."""

    name: str
    parts: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays after an erasure, and by which law."""

    what: Text
    basis: Text


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why somebody cannot be erased yet, and what has to happen first."""

    code: str
    detail: Text
    way_out: Text


def _nothing(*_whose: Any) -> Iterator[Any]:
    return iter(())


def _do_nothing(*_whose: Any) -> None:
    """There is nothing to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one app holds about people, in which ``models``.

    ``erase`` works in the database, inside a transaction; ``discard`` outside of it, before. Both may be repeated and
    then change nothing. ``release`` erases what was needed to tell ``leaving`` accounts that all else is gone.
    """

    label: Text
    models: tuple[type[Model], ...]
    export: Callable[[Whose], Iterable[Sheet]]
    erase: Callable[[Whose, datetime], None] = _do_nothing
    discard: Callable[[Whose], None] = _do_nothing
    release: Callable[[Whose, datetime], None] = _do_nothing
    papers: Callable[[Whose], Iterable[Paper]] = _nothing
    subjects: Callable[[UUID], Iterable[str]] = _nothing
    obstacles: Callable[[Whose], Iterable[Obstacle]] = _nothing
    kept: tuple[Kept, ...] = ()
    erases: bool = True
    """False where everything is kept."""


holdings: Registry[Holding] = Registry("holding")


def sheet(rows: QuerySet[Any], *fields: str) -> Sheet:
    """These fields of these rows."""
    return Sheet(rows.model, [dict(row) for row in rows.order_by("pk").values(*fields)])
