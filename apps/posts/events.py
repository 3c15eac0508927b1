from dataclasses import dataclass

from apps.outbox.events import Event


@dataclass(frozen=True, slots=True)
class FeeWaived(Event):
    """Two people decided that nothing is asked for ``payable`` any more."""

    waiver: int
    payable: str
