"""A process as a table: from where to where, by whom, given what. Pure: no database, clock or side effect."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from django.utils.functional import Promise

from apps.kernel.errors import Forbidden, IllegalMove, Unmet

Need = Callable[[Any], str | None]
"""Looks at the subject; answers the code of what is missing, or nothing."""


class By(StrEnum):
    APPLICANT = "applicant"
    OFFICER = "officer"
    SYSTEM = "system"


class Person(Protocol):
    def has_perm(self, perm: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and as what. Built at the edge, passed to every service."""

    by: By
    user: Any = None


SYSTEM = Actor(By.SYSTEM)


@dataclass(frozen=True, slots=True)
class Move:
    """One row. ``given`` chooses between rows of one name; ``needs`` lists what must be there first.

    ``asks`` names the list of reasons of which whoever moves must pick at least one; ``wants`` the details that come
    with the move (``post``, ``tracking``). What is said in a ``private`` move stays among officers; of one with a ``private_note`` only the coded reasons are told.
    """

    name: str
    source: str | tuple[str, ...]
    target: str
    by: By
    permission: str = ""
    needs: tuple[Need, ...] = ()
    given: Callable[[Any], bool] | None = None
    asks: str = ""
    wants: tuple[str, ...] = ()
    private: bool = False
    private_note: bool = False
    label: str | Promise = ""

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,) if isinstance(self.source, str) else self.source

    def allows(self, actor: Actor) -> bool:
        return self.by is actor.by and (not self.permission or actor.user.has_perm(self.permission))

    def fits(self, subject: Any) -> bool:
        return self.given is None or self.given(subject)


class Workflow:
    """The moves of one process, in the order they are offered."""

    def __init__(self, start: str, *rows: Move) -> None:
        self.start = start
        self.rows = rows

    def __iter__(self) -> Iterator[Move]:
        return iter(self.rows)

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(row.name for row in self.rows))

    @property
    def statuses(self) -> list[str]:
        """Every status the process can be in, the start first."""
        seen = [self.start]
        for row in self.rows:
            seen += [*row.sources, row.target]
        return list(dict.fromkeys(seen))

    def open_to(self, actor: Actor, *, status: str, subject: Any) -> list[Move]:
        """The moves this actor could make now; their needs may still be unmet."""
        return [row for row in self.rows if status in row.sources and row.allows(actor) and row.fits(subject)]

    def permit(self, name: str, *, status: str, actor: Actor, subject: Any) -> Move:
        """The row to follow. Raises ``IllegalMove``, ``Forbidden`` or ``Unmet``, in that order."""
        rows = [row for row in self.rows if row.name == name and status in row.sources and row.fits(subject)]
        if not rows:
            raise IllegalMove
        allowed = [row for row in rows if row.allows(actor)]
        if not allowed:
            raise Forbidden
        missing = tuple(lack for need in allowed[0].needs if (lack := need(subject)))
        if missing:
            raise Unmet(missing=missing)
        return allowed[0]

    def problems(self) -> list[str]:
        """What is wrong with the table itself: rows shadowed by earlier ones, statuses nothing leads to."""
        wrong, seen, reachable = [], set(), {self.start}
        for row in self.rows:
            for source in row.sources:
                if (row.name, source, row.by) in seen:
                    wrong.append(f"{row.name} from {source} can never be chosen")
                if row.given is None:
                    seen.add((row.name, source, row.by))
        for _ in self.rows:
            reachable |= {row.target for row in self.rows if reachable & set(row.sources)}
        return wrong + [f"nothing leads to {status}" for status in self.statuses if status not in reachable]

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.start}"]
        lines += [
            f"    {source} --> {row.target}: {row.name} ({row.by})" for row in self.rows for source in row.sources
        ]
        ends = set(self.statuses) - {source for row in self.rows for source in row.sources}
        lines += [f"    {status} --> [*]" for status in self.statuses if status in ends]
        return "\n".join(lines)
