"""What a merchant may do here: open a purchase, give money back, ask, and fetch the file of a day."""

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from deploy.simulators.gateway.clock import beijing
from deploy.simulators.gateway.faults import BILLS
from deploy.simulators.gateway.plug import PAID
from deploy.simulators.gateway.world import World
from deploy.simulators.unionpay import bills
from deploy.simulators.unionpay.books import (
    BY_HAND,
    DONE,
    FAILED,
    PAY,
    PENDING,
    REFUND,
    VOID,
    Books,
    Deal,
    settlement_day,
)
from deploy.simulators.unionpay.telling import Teller, facts
from deploy.simulators.unionpay.wanted import SAID, Denied, moment

Fields = Mapping[str, str]
SKEW = timedelta(minutes=10)
OPEN_FOR = timedelta(hours=1)
REFUND_DAYS = 330
MOST_QUESTIONS, PER = 10, timedelta(minutes=1)
REFUND_TROUBLES = frozenset({"refund_abnormal", "refund_processing", "not_enough"})


class Office:
    """Each method takes the checked fields and returns what the answer says beyond them; it raises ``Denied``."""

    def __init__(self, world: World, books: Books, teller: Teller) -> None:
        self.world, self.books, self.teller = world, books, teller
        self.balance: int | None = None
        """Fen to refund from; none is enough for everything."""
        self._asked: dict[str, deque[datetime]] = {}

    def create(self, fields: Fields) -> dict[str, str]:
        """A purchase that can be paid; its ``tn`` is for the payer's app."""
        now = self.world.clock.now()
        self._check_new(fields)
        if abs(moment(fields["txnTime"]) - now) > SKEW:
            raise Denied("10", "txnTime")
        expires = moment(fields["payTimeout"]) if "payTimeout" in fields else now + OPEN_FOR
        if expires <= now:
            raise Denied("10", "payTimeout")
        deal = self._deal(PAY, fields, expires_at=expires.isoformat())
        self.books.keep(deal)
        self.world.expect_trouble(deal.amount, deal.order_id)
        return {"tn": deal.tn}

    def refund(self, fields: Fields) -> dict[str, str]:
        """Part or all of a purchase, within 330 days."""
        self._check_new(fields)
        purchase = self._original(fields)
        if not self.books.is_refundable(purchase, REFUND_DAYS):
            raise Denied("35", "origQryId")
        if self.books.given_back(purchase) + int(fields["txnAmt"]) > purchase.amount:
            raise Denied("36", "txnAmt")
        return self._give_back(self._deal(REFUND, fields, original=purchase.query_id))

    def void(self, fields: Fields) -> dict[str, str]:
        """The whole of a purchase, before its settlement day is over."""
        self._check_new(fields)
        purchase = self._original(fields)
        is_today = purchase.settled_on == settlement_day(self.world.clock.now()).isoformat()
        if purchase.state != PAID or not is_today or self.books.given_back(purchase):
            raise Denied("35", "origQryId")
        if int(fields["txnAmt"]) != purchase.amount:
            raise Denied("36", "txnAmt")
        return self._give_back(self._deal(VOID, fields, original=purchase.query_id))

    def query(self, fields: Fields) -> dict[str, str]:
        """``respCode`` is about the question, ``origRespCode`` about the transaction."""
        key = f"{fields['orderId']}/{fields['txnTime']}"
        self._count(key)
        deal = self.books.deals.get(key)
        if deal is None or deal.code == "34" or fields.get("queryId", deal.query_id) != deal.query_id:
            raise Denied("34", "orderId")
        if deal.state == PENDING:
            deal = self.go_on(deal)
        return {**facts(deal), "origRespCode": deal.code, "origRespMsg": SAID[deal.code]}

    def bill(self, fields: Fields) -> dict[str, str]:
        """The file of the latest such day, from 09:00 of the day after it."""
        now = self.world.clock.now()
        try:
            day = bills.latest(fields["settleDate"], beijing(now).date())
        except ValueError:
            raise Denied("10", "settleDate") from None
        faults = self.world.faults.take(BILLS, route="bill")
        if now < bills.ready_at(day) or "bill_late" in faults:
            raise Denied("98", "settleDate")
        return bills.download(self.books, day, frozenset(faults))

    def finish(self, deal: Deal) -> Deal:
        """A refund or a void succeeds."""
        if self.balance is not None:
            self.balance -= deal.amount
        deal = self.books.settle(deal, DONE)
        self.teller.tell(deal)
        return deal

    def go_on(self, deal: Deal) -> Deal:
        """A refund in process has been asked about once more."""
        return self.books.keep(replace(deal, asks=deal.asks - 1)) if deal.asks > 1 else self.finish(deal)

    def _check_new(self, fields: Fields) -> None:
        if f"{fields['orderId']}/{fields['txnTime']}" in self.books.deals:
            raise Denied("12", "orderId")

    def _original(self, fields: Fields) -> Deal:
        purchase = self.books.paid(fields["origQryId"])
        if purchase is None:
            raise Denied("35", "origQryId")
        return purchase

    def _give_back(self, deal: Deal) -> dict[str, str]:
        """Accepted; 05 while it is under way. What ends as abnormal is accepted as well, and found failed later."""
        troubles = self.world.faults.take(REFUND_TROUBLES, route=deal.kind, reference=self.books.reference(deal))
        if "not_enough" in troubles or (self.balance is not None and self.balance < deal.amount):
            raise Denied("33", "txnAmt")
        deal = replace(deal, query_id=self.books.new_query_id())
        if "refund_processing" in troubles:
            asks = troubles["refund_processing"].asks
            self.books.keep(replace(deal, state=PENDING, code="05", asks=asks))
            return {"queryId": deal.query_id, "respCode": "05"}
        if "refund_abnormal" in troubles:
            self.books.keep(replace(deal, state=FAILED, code="01"))
        else:
            self.finish(deal)
        return {"queryId": deal.query_id}

    def by_hand(self, purchase: Deal, amount: int) -> Deal:
        """The merchant gives back at the company's own site: a number of the company's, and no notice."""
        now = self.world.clock.now()
        deal = replace(
            purchase,
            kind=REFUND,
            order_id=f"CONSOLE{len(self.books.deals):08}",
            txn_time=f"{beijing(now):%Y%m%d%H%M%S}",
            amount=amount,
            back_url="",
            channel=BY_HAND,
            begun_at=now.isoformat(),
            tn="",
            original=purchase.query_id,
            query_id="",
        )
        return self.finish(deal)

    def _deal(self, kind: str, fields: Fields, *, expires_at: str = "", original: str = "") -> Deal:
        now = self.world.clock.now()
        return Deal(
            kind,
            fields["orderId"],
            fields["txnTime"],
            int(fields["txnAmt"]),
            back_url=fields["backUrl"],
            front_url=fields.get("frontUrl", ""),
            channel=fields["channelType"],
            title=fields.get("orderDesc", ""),
            reserved=fields.get("reqReserved", ""),
            begun_at=now.isoformat(),
            expires_at=expires_at,
            tn=f"{beijing(now):%Y%m%d%H%M%S}{len(self.books.deals):06}" if kind == PAY else "",
            original=original,
        )

    def _count(self, key: str) -> None:
        """Raises ``Denied`` (37) for the eleventh question in a minute."""
        now = self.world.clock.now()
        asked = self._asked.setdefault(key, deque())
        while asked and now - asked[0] > PER:
            asked.popleft()
        asked.append(now)
        if len(asked) > MOST_QUESTIONS:
            raise Denied("37", "orderId")
