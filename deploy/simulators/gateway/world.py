"""What a gateway lives in."""

import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from deploy.simulators.gateway.clock import Clock
from deploy.simulators.gateway.faults import Faults
from deploy.simulators.gateway.journal import Journal
from deploy.simulators.gateway.magic import trouble
from deploy.simulators.gateway.notices import Manner, Notices


class World:
    """``folder`` keeps the journal and the keys, so that a restart knows them; without, all is forgotten."""

    def __init__(self, manner: Manner, *, url: str = "", folder: Path | None = None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.url = url
        """Of the data port, as payers and merchants reach it."""
        self.folder = folder
        self.clock = Clock()
        self.faults = Faults()
        self.journal = Journal(self.clock.now, folder / "journal.jsonl" if folder else None)
        self.clock.advance((self.journal.row("clock", "offset") or {"seconds": 0})["seconds"])
        self.notices = Notices(self.clock, self.faults, self.journal, manner)
        self.lock = threading.RLock()

    def advance(self, seconds: float) -> datetime:
        """What was due on the way is done; a restart will know the new time."""
        now = self.clock.advance(seconds)
        self.journal.write("clock", "offset", {"seconds": self.clock.offset})
        return now

    def expect_trouble(self, amount_minor: int, reference: str) -> None:
        """Plan what the last two digits of this new order's amount call for."""
        rule = trouble(amount_minor)
        if rule is not None:
            self.faults.add(replace(rule, reference=reference))
