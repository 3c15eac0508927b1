"""What a bench found, and how it is measured: interleaved rounds, medians, CPU time."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class WrongResult(Exception):
    """What was measured did not do what it should have done: the figures mean nothing."""


class Row(NamedTuple):
    """One line. ``ratio`` is what ``asked`` speaks of; ``cost`` (seconds) may grow ``grows`` times with the data."""

    what: str
    size: str
    ours: str
    limit: str
    ratio: float
    asked: str = ""
    is_met: bool | None = None
    cost: float = 0
    grows: float = 0


class Figures(NamedTuple):
    """What a bench says of one thing; ``least`` or ``most`` is what performance.md asks of the ratio, if it does."""

    ours: str
    limit: str
    ratio: float
    least: float = 0
    most: float = 0
    cost: float = 0
    grows: float = 0

    def row(self, what: str, size: str) -> Row:
        asked, is_met = "", None
        if self.least:
            asked, is_met = f"≥ {self.least:g}", self.ratio >= self.least
        elif self.most:
            asked, is_met = f"≤ {self.most:g}", self.ratio <= self.most
        return Row(what, size, self.ours, self.limit, self.ratio, asked, is_met, self.cost, self.grows)


def growth(rows: Sequence[Row], small: str, large: str) -> list[Row]:
    """For what was measured in both sizes: how many times dearer it is with more data."""
    cheap = {row.what: row for row in rows if row.size == small and row.grows}
    pairs = [(cheap[row.what], row) for row in rows if row.size == large and row.what in cheap]
    return [
        Figures(ms(more.cost), ms(less.cost), more.cost / less.cost, most=less.grows).row(less.what, f"{small}→{large}")
        for less, more in pairs
    ]


def table(rows: Sequence[Row]) -> str:
    """Columns: what, size, ours, limit, ratio, asked."""
    lines = [("what", "cases", "ours", "limit", "ratio", "asked", "")]
    judged = {None: "", True: "met", False: "BELOW"}
    lines += [(r.what, r.size, r.ours, r.limit, f"{r.ratio:.3g}", r.asked, judged[r.is_met]) for r in rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines)


def interleaved(measures: Mapping[str, Callable[[], float]], *, rounds: int) -> dict[str, float]:
    """The median of each, after one round that does not count: noise of the machine falls on all alike."""
    for measure in measures.values():
        measure()
    found: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            found[name].append(measure())
    return {name: statistics.median(values) for name, values in found.items()}


def cpu_of_a_call(call: Callable[[], object], times: int) -> float:
    """Seconds of this thread's CPU for one call, over ``times`` of them."""
    begun = time.thread_time()
    for _ in range(times):
        call()
    return (time.thread_time() - begun) / times


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms"


def per_second(seconds: float, unit: str = "/s") -> str:
    return f"{1 / seconds:,.0f}{unit}"
