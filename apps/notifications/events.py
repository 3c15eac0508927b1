from dataclasses import dataclass

from apps.outbox.events import Event


@dataclass(frozen=True, slots=True)
class DispatchQueued(Event):
    """A message waits for one channel. ``dispatch`` is the id."""

    dispatch: str


@dataclass(frozen=True, slots=True)
class DispatchDoubted(Event):
    """Nobody knows whether it left, but its carrier can be asked. ``dispatch`` is the id."""

    dispatch: str
