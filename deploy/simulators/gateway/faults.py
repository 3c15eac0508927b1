"""What goes wrong, when it was planned: seeded, counted and logged, so that a failing run can be run again."""

import random
import threading
from collections.abc import Callable, Set
from dataclasses import dataclass, fields
from typing import Any

from deploy.simulators.gateway.plug import Refused

BEFORE = frozenset({"delay", "reset_before"})
AFTER = frozenset({"reset_after", "error_after", "truncated"})
SIGNING = frozenset({"wrong_signature", "no_signature", "unknown_serial", "stale", "future"})
TRANSPORT = BEFORE | AFTER | SIGNING
DELIVERY = frozenset({"notice_dropped", "notice_duplicate", "notice_reordered", "notice_early", "notice_late"})
FALSE_NOTICE = frozenset({"notice_wrong_amount", "notice_wrong_currency", "notice_wrong_merchant", "notice_wrong_app"})
BAD_NOTICE = frozenset({"notice_signtest", "notice_wrong_signature", "notice_stale"})
NOTICES = DELIVERY | FALSE_NOTICE | BAD_NOTICE
PAYING = frozenset({"payer_declined", "late_success", "paid_while_closing"})
REFUNDING = frozenset({"refund_abnormal", "refund_processing", "not_enough"})
BILLS = frozenset(
    {
        "bill_late",
        "bill_wrong_hash",
        "bill_missing_row",
        "bill_extra_row",
        "bill_amount_off",
        "bill_duplicate_row",
        "bill_day_shift",
        "bill_missing_column",
        "bill_comma_in_name",
        "bill_bom",
    }
)
EVERY = TRANSPORT | NOTICES | PAYING | REFUNDING | BILLS


@dataclass(frozen=True)
class Rule:
    """One fault. An empty ``route`` or ``reference`` means any; ``times`` none means always."""

    fault: str
    route: str = ""
    """As the gateway calls it; for notices ``payment`` or ``refund``."""
    reference: str = ""
    """The merchant's number of the order, also for its refunds."""
    times: int | None = 1
    probability: float = 1.0
    seconds: float = 3.0
    """Of ``delay`` (real time) and ``notice_late`` (the simulator's)."""
    count: int = 3
    """Of ``notice_duplicate``: deliveries in all."""
    asks: int = 3
    """Of ``refund_processing``: the question that is answered with the end."""


CHECKS: dict[str, Callable[[Any], bool]] = {
    "fault": lambda value: isinstance(value, str),
    "route": lambda value: isinstance(value, str),
    "reference": lambda value: isinstance(value, str),
    "times": lambda value: value is None or (type(value) is int and value > 0),
    "probability": lambda value: type(value) in (int, float) and 0 <= value <= 1,
    "seconds": lambda value: type(value) in (int, float) and value >= 0,
    "count": lambda value: type(value) is int and value > 0,
    "asks": lambda value: type(value) is int and value > 0,
}


def read(given: Any, known: Set[str]) -> Rule:
    """A rule from the control port. Raises ``Refused`` (400)."""
    if not isinstance(given, dict) or set(given) - {field.name for field in fields(Rule)}:
        raise Refused(400, "unknown_field")
    if given.get("fault") not in known:
        raise Refused(400, "unknown_fault")
    for name, value in given.items():
        if not CHECKS[name](value):
            raise Refused(400, f"wrong_{name}")
    return Rule(**given)


@dataclass
class _Planned:
    number: int
    rule: Rule
    done: int = 0
    draws: int = 0

    def fits(self, route: str, reference: str) -> bool:
        return self.rule.route in {"", route} and self.rule.reference in {"", reference}


class Faults:
    """The plan. Chance depends on the seed and on what is asked alone, not on the order of other orders."""

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self._plan: list[_Planned] = []
        self._log: list[dict[str, Any]] = []
        self._number = 0
        self._lock = threading.Lock()

    def add(self, *rules: Rule) -> None:
        with self._lock:
            for rule in rules:
                self._number += 1
                self._plan.append(_Planned(self._number, rule))

    def clear(self, *names: str) -> None:
        """Forget the rules about these faults; without names, all rules, the log and the count of rules."""
        with self._lock:
            self._plan = [planned for planned in self._plan if names and planned.rule.fault not in names]
            if not names:
                self._log, self._number = [], 0

    def take(self, names: Set[str], *, route: str = "", reference: str = "") -> dict[str, Rule]:
        """Those of these faults that happen now, each counted and logged."""
        taken: dict[str, Rule] = {}
        with self._lock:
            for planned in self._plan:
                rule = planned.rule
                is_meant = rule.fault in names and rule.fault not in taken and planned.fits(route, reference)
                if is_meant and self._happens(planned, reference):
                    taken[rule.fault] = rule
                    self._note(planned, route, reference)
            self._plan = [planned for planned in self._plan if planned.done != planned.rule.times]
        return taken

    def log(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self._log)

    def _happens(self, planned: _Planned, reference: str) -> bool:
        planned.draws += 1
        dice = random.Random(f"{self.seed}/{planned.number}/{reference}/{planned.draws}")  # noqa: S311
        return dice.random() < planned.rule.probability

    def _note(self, planned: _Planned, route: str, reference: str) -> None:
        planned.done += 1
        told = {"fault": planned.rule.fault, "route": route, "reference": reference}
        self._log.append({**told, "rule": planned.number, "seed": self.seed})
