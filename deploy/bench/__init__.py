"""Measurements, for `./dev bench [NAME …] [--quick]`: each figure is a ratio to a limit measured in the same run.

A bench is a module here with `run(room)`, run in a process of its own against a database of one size. It appends to
the table (`_table`), and raises `WrongResult` when what it measured was not right; no time is ever a failure.
"""

from typing import NamedTuple


class Bench(NamedTuple):
    """As which kind of process it runs (its role in the database), against which sizes of data."""

    process: str
    sizes: tuple[str, ...]


SMALL, LARGE = "1k", "1m"
BENCHES = {
    "submit": Bench("api", (SMALL, LARGE)),
    "reading": Bench("api", (SMALL, LARGE)),
    "queue": Bench("staff", (SMALL, LARGE)),
    "seals": Bench("worker", (SMALL,)),
    "issue": Bench("worker", (SMALL,)),
    "effects": Bench("worker", (SMALL,)),
    "audit": Bench("auditor", (SMALL,)),
}
