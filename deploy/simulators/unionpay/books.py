"""Every transaction the gateway knows, and on which day it is settled."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from deploy.simulators.gateway.clock import beijing
from deploy.simulators.gateway.plug import CLOSED, OPEN, PAID, SCANNED, Payable, Refused
from deploy.simulators.gateway.world import World

PAY, REFUND, VOID = "pay", "refund", "void"
DONE, PENDING, FAILED = "done", "pending", "failed"
BY_HAND = "console"
"""The ``channel`` of what the merchant did at the company's own site."""


@dataclass(frozen=True)
class Deal:
    """One transaction. Times are ISO 8601; ``made_at`` and all after it are empty until money moves."""

    kind: str
    order_id: str
    txn_time: str
    amount: int
    """In fen."""
    back_url: str
    front_url: str
    channel: str
    title: str
    reserved: str
    begun_at: str
    expires_at: str
    tn: str
    """What a payer's app is given; for purchases alone."""
    state: str = OPEN
    code: str = "34"
    """``origRespCode``; 34 for what is not yet known to ``queryTrans``."""
    original: str = ""
    """The ``query_id`` of the purchase that this gives back."""
    asks: int = 0
    """Questions until a refund in process is done."""
    query_id: str = ""
    trace: str = ""
    made_at: str = ""
    settled_on: str = ""

    @property
    def key(self) -> str:
        return f"{self.order_id}/{self.txn_time}"

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


class Books:
    """Kept in the journal under ``deal``; a restart reads them there."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.deals = {key: Deal(**row) for key, row in world.journal.rows("deal").items()}

    def keep(self, deal: Deal) -> Deal:
        self.deals[deal.key] = deal
        self.world.journal.write("deal", deal.key, asdict(deal))
        return deal

    def settle(self, deal: Deal, state: str) -> Deal:
        """Money moves now: it gets its numbers and its day."""
        now = self.world.clock.now()
        query_id = deal.query_id or self.new_query_id()
        day = settlement_day(now).isoformat()
        made = replace(deal, code="00", query_id=query_id, trace=query_id[-6:], made_at=now.isoformat(), settled_on=day)
        return self.keep(replace(made, state=state))

    def new_query_id(self) -> str:
        """21 digits: the time in Beijing, and a count."""
        count = 1 + sum(bool(deal.query_id) for deal in self.deals.values())
        return f"{beijing(self.world.clock.now()):%Y%m%d%H%M%S}{count:07}"

    def paid(self, query_id: str) -> Deal | None:
        """The purchase with this number."""
        return next(
            (deal for deal in self.deals.values() if deal.kind == PAY and deal.query_id == query_id and query_id), None
        )

    def given_back(self, purchase: Deal) -> int:
        """Fen refunded, voided or on the way back."""
        return sum(
            deal.amount
            for deal in self.deals.values()
            if deal.original == purchase.query_id and deal.state in {DONE, PENDING}
        )

    def reference(self, deal: Deal) -> str:
        """The order number of the purchase that this is about."""
        purchase = self.paid(deal.original)
        return purchase.order_id if purchase else deal.order_id

    def state(self, deal: Deal) -> str:
        """Of a purchase: what a payer sees. Time closes it, nobody else."""
        is_over = self.world.clock.now() > datetime.fromisoformat(deal.expires_at)
        return CLOSED if deal.state in {OPEN, SCANNED} and is_over else deal.state

    def payables(self) -> list[Payable]:
        return [self.payable(deal) for deal in self.deals.values() if deal.kind == PAY]

    def payable(self, deal: Deal) -> Payable:
        return Payable(deal.tn, deal.order_id, deal.amount, "CNY", deal.title, self.state(deal))

    def asked_for(self, asked: Mapping[str, Any]) -> Deal:
        """The purchase of this ``code`` or, newest first, ``reference``. Raises ``Refused`` (404)."""
        for deal in reversed(self.deals.values()):
            is_meant = asked.get("code") == deal.tn or asked.get("reference") == deal.order_id
            if deal.kind == PAY and is_meant:
                return deal
        raise Refused(404, "no_such_order")

    def is_refundable(self, purchase: Deal, days: int) -> bool:
        is_fresh = self.world.clock.now() <= purchase.moment + timedelta(days=days)
        return purchase.state == PAID and is_fresh


def settlement_day(moment: datetime) -> date:
    """It runs from 23:00 to 23:00 Beijing and is named after its end."""
    return (beijing(moment) + timedelta(hours=1)).date()
