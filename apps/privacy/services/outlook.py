"""What an erasure would do, said before it is asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from apps.kernel.errors import Text
from apps.kernel.holdings import Kept, Obstacle, Whose, holdings
from apps.privacy.services.whose import whose_of


@dataclass(frozen=True, slots=True)
class Outlook:
    """``leaves``: the account itself goes as well."""

    citizen: UUID
    obstacles: tuple[Obstacle, ...]
    erased: tuple[Text, ...]
    kept: tuple[Kept, ...]
    leaves: bool


def outlook(*, citizen: UUID, user: UUID) -> Outlook:
    whose = whose_of(citizen=citizen)
    erased = tuple(holding.label for holding in holdings.values() if holding.erases)
    return Outlook(citizen, tuple(obstacles(whose)), erased, tuple(kept()), user in whose.leaving)


def obstacles(whose: Whose) -> Iterable[Obstacle]:
    return [found for holding in holdings.values() for found in holding.obstacles(whose)]


def kept() -> list[Kept]:
    """What the law has us keep, of everybody."""
    return [found for holding in holdings.values() for found in holding.kept]
