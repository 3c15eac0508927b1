"""One clock for everything in a simulator: real time plus an offset that only ever grows."""

import heapq
import itertools
import sys
import threading
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))
LONGEST_CALL = 60
"""Seconds to wait for what is running before the clock jumps."""
Call = Callable[[], None]


def beijing(moment: datetime) -> datetime:
    """The same moment on the clocks of Beijing, which have known no summer time since 1991."""
    return moment.astimezone(BEIJING)


def rfc3339(moment: datetime) -> str:
    """``2026-11-23T09:00:00+08:00``."""
    return beijing(moment).isoformat(timespec="seconds")


class Clock:
    """Tells the time and runs what is due, in the order of its moment. Safe for threads.

    As real time passes, each call that comes due runs in a thread of its own. ``advance`` runs them one after the
    other, each at its own moment, and returns when all are done: a day of retries in one call.
    """

    def __init__(self) -> None:
        self._offset = 0.0
        self._due: list[tuple[float, int, Call]] = []
        self._numbers = itertools.count()
        self._running = 0
        self._changed = threading.Condition()
        self._jumping = threading.Lock()
        threading.Thread(target=self._watch, daemon=True).start()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._seconds(), UTC)

    @property
    def offset(self) -> float:
        """Seconds ahead of real time."""
        return self._offset

    def at(self, moment: datetime, call: Call) -> None:
        """Run ``call`` at ``moment``, or at once when that has passed."""
        with self._changed:
            heapq.heappush(self._due, (moment.timestamp(), next(self._numbers), call))
            self._changed.notify_all()

    def after(self, seconds: float, call: Call) -> None:
        self.at(self.now() + timedelta(seconds=seconds), call)

    def advance(self, seconds: float) -> datetime:
        """Jump ahead and run what comes due on the way; the time it then is."""
        if seconds < 0:
            raise ValueError("time goes forward only")
        with self._jumping:
            self._begin_jump()
            goal = self._seconds() + seconds
            while call := self._next(goal):
                _run(call)
            with self._changed:
                self._offset += max(0.0, goal - self._seconds())
                self._running = 0
                self._changed.notify_all()
        return self.now()

    def _begin_jump(self) -> None:
        """From when nothing is running, the watch pauses: the jump counts as something that runs."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._running == 0, LONGEST_CALL):
                raise TimeoutError("something has been running for too long")
            self._running = -1

    def _next(self, goal: float) -> Call | None:
        with self._changed:
            if not self._due or self._due[0][0] > goal:
                return None
            moment, _, call = heapq.heappop(self._due)
            self._offset += max(0.0, moment - self._seconds())
            return call

    def _watch(self) -> None:
        while True:
            with self._changed:
                while not self._is_time():
                    self._changed.wait(self._patience())
                _, _, call = heapq.heappop(self._due)
                self._running += 1
            threading.Thread(target=self._run_one, args=(call,), daemon=True).start()

    def _run_one(self, call: Call) -> None:
        _run(call)
        with self._changed:
            self._running -= 1
            self._changed.notify_all()

    def _is_time(self) -> bool:
        return self._running >= 0 and bool(self._due) and self._due[0][0] <= self._seconds()

    def _patience(self) -> float | None:
        """Seconds until the next call is due; none while nothing is, or the clock jumps."""
        if self._running < 0 or not self._due:
            return None
        return max(0.0, self._due[0][0] - self._seconds())

    def _seconds(self) -> float:
        return time.time() + self._offset


def _run(call: Call) -> None:
    """One call that fails says so and stops nothing else."""
    try:
        call()
    except Exception:
        traceback.print_exc(file=sys.stderr)
