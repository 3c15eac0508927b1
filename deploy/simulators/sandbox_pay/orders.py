"""The book of orders: who may pay what, who has paid, and never twice."""

import json
import os
import secrets
import threading
import time
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from deploy.simulators.sandbox_pay.wanted import Refused, Wanted

OPEN, PAID, CLOSED = "open", "paid", "closed"


class Trouble(IntEnum):
    """By the last two digits of ``amount_minor``; any other ending is a good day."""

    NONE = 0
    DECLINED = 1
    """The bank says no, every time; the order stays open."""
    LATE_NOTICE = 2
    """The notice leaves after three seconds."""
    THREE_NOTICES = 3
    """The notice is sent three times, at the same moment."""
    NO_NOTICE = 4
    """No notice; only asking tells."""
    WRONG_AMOUNT = 5
    """The notice and every answer name one unit less than was asked for."""
    WRONG_CURRENCY = 6
    """The notice and every answer name another currency."""
    LATE_SUCCESS = 7
    """It can still be paid after it was closed."""
    LOST_ANSWER = 8
    """The first ``POST /orders`` is carried out, and the connection cut before the answer."""


TROUBLES = {trouble.value: trouble for trouble in Trouble}


@dataclass(frozen=True)
class Order:
    """What was asked for, and what became of it."""

    wanted: Wanted
    token: str
    at: str
    status: str = OPEN
    transaction: str | None = None
    is_told: bool = False
    """The merchant acknowledged the notice about its end."""
    calls: int = 1
    """How often it was asked for."""
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What went back, by the merchant's number: ``amount_minor``, ``transaction``, ``at``."""

    @property
    def trouble(self) -> Trouble:
        return TROUBLES.get(self.wanted.amount_minor % 100, Trouble.NONE)

    @property
    def can_be_paid(self) -> bool:
        return self.status == OPEN or (self.status == CLOSED and self.trouble is Trouble.LATE_SUCCESS)

    def shown(self) -> dict[str, Any]:
        """What the merchant is told, in notices and answers alike."""
        amount, currency = self.wanted.amount_minor, self.wanted.currency
        if self.status == PAID and self.trouble is Trouble.WRONG_AMOUNT:
            amount -= 1
        if self.status == PAID and self.trouble is Trouble.WRONG_CURRENCY:
            currency = "XTS"
        return {
            "reference": self.wanted.reference,
            "status": self.status,
            "amount_minor": amount,
            "currency": currency,
            "transaction": self.transaction,
            "expires_at": self.wanted.expires_at,
            "at": self.at,
        }


class Book:
    """Every order, in memory and, when there is a file, in its last line per reference. Safe for threads."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._file = file
        self._orders: dict[str, Order] = {}
        self._tokens: dict[str, str] = {}
        if file is not None and file.exists():
            self._load(file)

    def open(self, wanted: Wanted) -> tuple[Order, bool]:
        """The order, and whether it is new. Raises ``Refused`` for a reference that means something else."""
        with self._lock:
            known = self._orders.get(wanted.reference)
            if known is None:
                return self._keep(self._new(wanted)), True
            if known.wanted != wanted:
                raise Refused(409, "reference_reused", wanted.reference)
            return self._keep(replace(self._aged(known), calls=known.calls + 1)), False

    def find(self, reference: str) -> Order:
        """Raises ``Refused`` (404)."""
        with self._lock:
            return self._find(reference)

    def close(self, reference: str) -> Order:
        """Raises ``Refused``: 404, or 409 when it is paid."""
        with self._lock:
            order = self._find(reference)
            if order.status == PAID:
                raise Refused(409, "already_paid", reference)
            return order if order.status == CLOSED else self._keep(_closed(order))

    def give_back(self, reference: str, number: str, amount_minor: int) -> Order:
        """The same number again gives nothing twice. Raises ``Refused``: 404, 409 for too much or another amount."""
        with self._lock:
            order = self._find(reference)
            known = order.refunds.get(number)
            if known is None:
                gone = sum(refund["amount_minor"] for refund in order.refunds.values())
                if order.status != PAID or gone + amount_minor > order.wanted.amount_minor:
                    raise Refused(409, "too_much", reference)
                new = {"amount_minor": amount_minor, "transaction": f"rfd_{secrets.token_hex(12)}", "at": moment()}
                return self._keep(replace(order, refunds={**order.refunds, number: new}))
            if known["amount_minor"] != amount_minor:
                raise Refused(409, "number_reused", reference)
            return order

    def by_token(self, token: str) -> Order | None:
        with self._lock:
            reference = self._tokens.get(token)
            return self._find(reference) if reference else None

    def pay(self, token: str) -> tuple[Order, bool]:
        """The order, and whether this very press paid it."""
        with self._lock:
            order = self._find(self._tokens[token])
            if not order.can_be_paid or order.trouble is Trouble.DECLINED:
                return order, False
            transaction = f"txn_{secrets.token_hex(12)}"
            return self._keep(replace(order, status=PAID, transaction=transaction, at=moment())), True

    def cancel(self, token: str) -> tuple[Order, bool]:
        with self._lock:
            order = self._find(self._tokens[token])
            return (self._keep(_closed(order)), True) if order.status == OPEN else (order, False)

    def tell(self, reference: str) -> None:
        """The merchant has acknowledged how it ended."""
        with self._lock:
            self._keep(replace(self._find(reference), is_told=True))

    def untold(self) -> list[Order]:
        with self._lock:
            return [order for order in self._orders.values() if order.status == PAID and not order.is_told]

    def journal(self) -> dict[str, Any]:
        """All that ever happened, for whoever compares."""
        with self._lock:
            orders = list(self._orders.values())
        return {
            "captures": [
                {
                    "reference": order.wanted.reference,
                    "transaction": order.transaction,
                    "amount_minor": order.wanted.amount_minor,
                    "currency": order.wanted.currency,
                    "at": order.at,
                }
                for order in orders
                if order.status == PAID
            ],
            "refunds": [
                {"reference": order.wanted.reference, "number": number, **refund}
                for order in orders
                for number, refund in order.refunds.items()
            ],
            "orders": [
                {"reference": order.wanted.reference, "status": order.status, "calls": order.calls} for order in orders
            ],
        }

    def _new(self, wanted: Wanted) -> Order:
        if wanted.expires <= _now():
            raise Refused(400, "already_expired", wanted.reference)
        return Order(wanted=wanted, token=secrets.token_urlsafe(24), at=moment())

    def _find(self, reference: str) -> Order:
        order = self._orders.get(reference)
        if order is None:
            raise Refused(404, "no_such_order", reference)
        return self._aged(order)

    def _aged(self, order: Order) -> Order:
        is_over = order.status == OPEN and order.wanted.expires <= _now()
        return self._keep(_closed(order)) if is_over else order

    def _keep(self, order: Order) -> Order:
        self._orders[order.wanted.reference] = order
        self._tokens[order.token] = order.wanted.reference
        if self._file is not None:
            with self._file.open("a") as lines:
                lines.write(json.dumps(asdict(order)) + "\n")
                lines.flush()
                os.fsync(lines.fileno())
        return order

    def _load(self, file: Path) -> None:
        """A crash may have torn the last line; the others are whole."""
        for line in file.read_text().splitlines():
            try:
                data = json.loads(line)
            except ValueError:
                continue
            order = Order(**{**data, "wanted": Wanted(**data["wanted"])})
            self._orders[order.wanted.reference] = order
            self._tokens[order.token] = order.wanted.reference


def _closed(order: Order) -> Order:
    return replace(order, status=CLOSED, at=moment())


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def moment() -> str:
    return _now().isoformat(timespec="seconds")
