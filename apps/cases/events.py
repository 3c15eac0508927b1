from dataclasses import dataclass

from apps.outbox.events import Event


@dataclass(frozen=True, slots=True)
class CaseMoved(Event):
    """A case went from ``source`` to ``target`` by ``move``; ``step`` is the row of its history."""

    case: str
    step: int
    kind: str
    move: str
    source: str
    target: str
