"""A sign of life for processes that answer no HTTP: they touch ``HEARTBEAT_FILE`` as long as their loop turns."""

from pathlib import Path
from typing import Any

from celery import bootsteps
from celery.beat import PersistentScheduler
from django.conf import settings

EVERY_SECONDS = 5.0


def touch() -> None:
    if settings.HEARTBEAT_FILE:
        Path(settings.HEARTBEAT_FILE).touch()


class Heartbeat(bootsteps.StartStopStep):
    """In a worker, by the timer of the loop that also takes the tasks: a loop that hangs touches nothing."""

    requires = ("celery.worker.components:Timer",)

    def start(self, parent: Any) -> None:
        touch()
        parent.timer.call_repeatedly(EVERY_SECONDS, touch)


class Scheduler(PersistentScheduler):
    """Beat's own, with a touch at every look at the schedule."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        touch()
        return float(super().tick(*args, **kwargs))
