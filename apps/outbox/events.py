"""Facts, and what is to be done about them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.core.exceptions import ImproperlyConfigured

DEFAULT_QUEUE = "default"


@dataclass(frozen=True, slots=True)
class Event:
    """A fact, in the past tense. Fields are JSON: ids and codes, never personal data."""


E = TypeVar("E", bound=Event)


class Job(Protocol):
    """The run of one effect. ``key`` is the same on every attempt: give it to whoever is called."""

    key: str
    attempt: int

    def finish(self) -> AbstractContextManager[None]:
        """A transaction that commits only while this worker still holds the job. Record the result inside.

        Raises ``LeaseLost`` when another worker took over.
        """
        ...


@dataclass(frozen=True, slots=True)
class Reaction:
    name: str
    event: type[Event]
    run: Callable[..., None]
    when: Callable[[Any], bool] | None
    queue: str
    outside: bool = False
    """True for an effect: it reaches outside the database and so runs outside a transaction."""
    many: bool = False
    """True when ``run`` takes a sequence of events."""

    def wants(self, event: Event) -> bool:
        return isinstance(event, self.event) and (self.when is None or self.when(event))


REACTIONS: dict[str, Reaction] = {}


def _register(
    event: type[E], run: Callable[..., None], when: Callable[[E], bool] | None, queue: str, **how: bool
) -> None:
    name = f"{run.__module__.removeprefix('apps.').removesuffix('.reactions')}.{run.__name__}"
    if name in REACTIONS:
        raise ImproperlyConfigured(f"reaction {name} is registered twice")
    REACTIONS[name] = Reaction(name, event, run, when, queue, **how)


def on(
    event: type[E], *, when: Callable[[E], bool] | None = None, queue: str = DEFAULT_QUEUE
) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """React inside the database: what the function writes and "this is done" commit together."""

    def register(run: Callable[[E], None]) -> Callable[[E], None]:
        _register(event, run, when, queue)
        return run

    return register


def on_many(
    event: type[E], *, when: Callable[[E], bool] | None = None, queue: str = DEFAULT_QUEUE
) -> Callable[[Callable[[Sequence[E]], None]], Callable[[Sequence[E]], None]]:
    """React inside the database to as many events as wait, some hundreds at most, oldest first, in one transaction.

    When that fails, each is tried again alone, so that one bad event holds up no other.
    """

    def register(run: Callable[[Sequence[E]], None]) -> Callable[[Sequence[E]], None]:
        _register(event, run, when, queue, many=True)
        return run

    return register


def effect(
    event: type[E], *, when: Callable[[E], bool] | None = None, queue: str = DEFAULT_QUEUE
) -> Callable[[Callable[[E, Job], None]], Callable[[E, Job], None]]:
    """React outside the database: files, mail, other organisations. Record the result in ``job.finish()``."""

    def register(run: Callable[[E, Job], None]) -> Callable[[E, Job], None]:
        _register(event, run, when, queue, outside=True)
        return run

    return register
