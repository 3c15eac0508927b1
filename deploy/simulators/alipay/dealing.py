"""What happens to trades, whoever causes it: the payer, the merchant, its console or the time."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime

from deploy.simulators.alipay.moments import DAY, written
from deploy.simulators.alipay.telling import Teller
from deploy.simulators.alipay.trades import (
    CLOSED,
    DONE,
    FINISHED,
    STUCK,
    SUCCESS,
    WAIT,
    WAITING,
    Book,
    Offer,
    Refund,
    Trade,
    fee,
)
from deploy.simulators.alipay.wrong import business
from deploy.simulators.gateway.world import World

REFUNDABLE = 365 * DAY
"""Seconds after the payment; then the trade is ``TRADE_FINISHED``."""
PAUSE = 3
"""Seconds between two refunds of one trade."""


class Dealing:
    def __init__(self, world: World, book: Book, teller: Teller) -> None:
        self._world, self.book, self._teller = world, book, teller
        for trade in book.trades:
            self._watch(trade)

    @property
    def now(self) -> float:
        return self._world.clock.now().timestamp()

    def begin(self, offer: Offer) -> Trade:
        """The payer has scanned or signed in: only now there is a trade."""
        now = self.now
        ends = min(now + offer.lasts, offer.until or now + offer.lasts)
        number = f"{written(now)[:10].replace('-', '')}22001{secrets.randbelow(10**15):015}"
        trade = self.book.keep(Trade(offer, number, now, ends))
        self._watch(trade)
        return trade

    def pay(self, trade: Trade) -> Trade:
        paid = self.book.keep(replace(trade, status=SUCCESS, paid=self.now, closed=0))
        self.book.fill(self.book.balance + paid.offer.total - fee(paid.offer.total))
        self._teller.tell("payment", paid)
        self._watch(paid)
        return paid

    def close(self, trade: Trade) -> Trade:
        closed = self.book.keep(replace(trade, status=CLOSED, closed=self.now))
        self._teller.tell("closed", closed)
        return closed

    def refund(self, trade: Trade, number: str, amount: int) -> Trade:
        """Done, waiting or stuck, as the plan of faults says. Raises ``Wrong``."""
        self._check_refund(trade, amount)
        taken = self._world.faults.take(
            {"refund_abnormal", "refund_processing", "not_enough"}, route="refund", reference=trade.offer.out_trade_no
        )
        if "not_enough" in taken or self.book.balance < amount - fee(amount):
            raise business("ACQ.SELLER_BALANCE_NOT_ENOUGH")
        refund = Refund(number, amount, self.now)
        if "refund_abnormal" in taken:
            return self.book.keep(trade.with_refund(replace(refund, state=STUCK)))
        if "refund_processing" in taken:
            asks = taken["refund_processing"].asks
            return self.book.keep(trade.with_refund(replace(refund, state=WAITING, asks=asks)))
        return self._give_back(trade, refund)

    def ask_about(self, trade: Trade, refund: Refund) -> Refund:
        """A refund that waits comes to its end by being asked about."""
        if refund.state != WAITING:
            return refund
        asked = replace(refund, asks=refund.asks - 1)
        if asked.asks > 0:
            self.book.keep(trade.with_refund(asked))
            return asked
        done = replace(asked, at=self.now)
        self._give_back(trade, done)
        return replace(done, state=DONE)

    def _check_refund(self, trade: Trade, amount: int) -> None:
        if trade.status == FINISHED:
            raise business("ACQ.TRADE_HAS_FINISHED")
        if not trade.paid:
            raise business("ACQ.TRADE_STATUS_ERROR")
        if amount > trade.offer.total - trade.reserved:
            raise business("ACQ.REASON_TRADE_REFUND_FEE_ERR")
        if any(self.now - refund.at < PAUSE for refund in trade.refunds):
            raise business("ACQ.SYSTEM_ERROR", "refunds of one trade are three seconds apart: ask the same again")

    def _give_back(self, trade: Trade, refund: Refund) -> Trade:
        """A partial refund leaves the trade paid, a full one closes it."""
        trade = trade.with_refund(replace(refund, state=DONE))
        if trade.refunded == trade.offer.total:
            trade = replace(trade, status=CLOSED, closed=self.now)
        self.book.fill(self.book.balance - refund.amount + fee(refund.amount))
        self.book.keep(trade)
        self._teller.tell("refund", trade, refund)
        return trade

    def _watch(self, trade: Trade) -> None:
        """What time will do to it, if nothing else does before."""
        number = trade.offer.out_trade_no
        if trade.status == WAIT:
            self._world.clock.at(datetime.fromtimestamp(trade.ends, UTC), lambda: self._time_out(number))
        elif trade.status == SUCCESS:
            self._world.clock.at(datetime.fromtimestamp(trade.paid + REFUNDABLE, UTC), lambda: self._finish(number))

    def _time_out(self, number: str) -> None:
        with self._world.lock:
            trade = self.book.trade(number)
            if trade is not None and trade.status == WAIT:
                self.close(trade)

    def _finish(self, number: str) -> None:
        with self._world.lock:
            trade = self.book.trade(number)
            if trade is not None and trade.status == SUCCESS:
                self._teller.tell("finished", self.book.keep(replace(trade, status=FINISHED)))
