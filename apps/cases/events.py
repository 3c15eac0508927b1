from dataclasses import dataclass

from apps.outbox.events import Event


@dataclass(frozen=True, slots=True)
class CaseMoved(Event):
    """A case went from ``source`` to ``target`` by ``move``."""

    case: str
    kind: str
    move: str
    source: str
    target: str
