"""When is nothing owed any more? Asked of the database, not of who should have done it."""

import time
from collections.abc import Callable

from deploy.drills._ground import Ground

OWED = "SELECT count(*) FROM outbox_delivery WHERE done_at IS NULL AND created_at <= to_timestamp(%s)"
PARKED = "SELECT count(*) FROM outbox_delivery WHERE done_at IS NULL AND due_at IS NULL"
LONGEST = 180.0


def settled_after(ground: Ground, last_fault: float, meanwhile: Callable[[], None]) -> float:
    """Seconds from the last fault until every job that was owed then was done; ``inf`` when that does not happen."""
    while ground.ask(OWED, last_fault)[0][0]:
        if time.time() - last_fault > LONGEST:
            return float("inf")
        meanwhile()
        time.sleep(0.1)
    return time.time() - last_fault


def wait_for_nothing(ground: Ground, meanwhile: Callable[[], None]) -> int:
    """Wait until nothing at all is owed; how many jobs still are when patience ends."""
    until = time.monotonic() + LONGEST
    while (owed := int(ground.ask(OWED, time.time())[0][0])) and time.monotonic() < until:
        if owed == ground.ask(PARKED)[0][0]:
            break
        meanwhile()
        time.sleep(0.25)
    return owed
