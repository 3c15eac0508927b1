"""The payer: what a phone can see, and what happens when it scans, pays or walks away."""

from collections.abc import Mapping
from typing import Any

from deploy.simulators.alipay import public
from deploy.simulators.alipay.dealing import Dealing
from deploy.simulators.alipay.offering import Offering
from deploy.simulators.alipay.parties import Parties
from deploy.simulators.alipay.trades import CLOSED, WAIT, Offer, Trade
from deploy.simulators.alipay.wire import form
from deploy.simulators.alipay.wrong import Wrong, invalid
from deploy.simulators.gateway import plug
from deploy.simulators.gateway.plug import Payable, Refused
from deploy.simulators.gateway.world import World

Asked = Mapping[str, Any]


class Phone:
    def __init__(self, world: World, parties: Parties, dealing: Dealing, offering: Offering) -> None:
        self._world, self._parties, self._dealing, self._offering = world, parties, dealing, offering

    def payables(self) -> list[Payable]:
        return [self._seen(offer) for offer in self._dealing.book.offers]

    def scan(self, asked: Asked) -> Payable:
        """A code, or the order string that the merchant's app hands over. The trade begins here."""
        offer = self._found(asked)
        if self._dealing.book.trade(offer.out_trade_no) is None:
            if offer.ends <= self._dealing.now and not self._may_be_late(offer):
                raise Refused(409, "expired")
            self._dealing.begin(offer)
        return self._seen(offer)

    def confirm(self, asked: Asked) -> Payable:
        offer = self._found(asked)
        trade = self._dealing.book.trade(offer.out_trade_no)
        if trade is None:
            raise Refused(409, "not_scanned")
        if trade.status != WAIT and not self._can_still_be_paid(trade):
            raise Refused(409, "not_payable")
        if self._world.faults.take({"payer_declined"}, route="pay", reference=offer.out_trade_no):
            raise Refused(402, "payer_declined")
        self._dealing.pay(trade)
        return self._seen(offer)

    def cancel(self, asked: Asked) -> Payable:
        """Who walks away changes nothing: the trade waits until its time is over."""
        return self._seen(self._found(asked))

    def _can_still_be_paid(self, trade: Trade) -> bool:
        return trade.status == CLOSED and not trade.paid and self._may_be_late(trade.offer)

    def _may_be_late(self, offer: Offer) -> bool:
        return bool(self._world.faults.take({"late_success"}, route="pay", reference=offer.out_trade_no))

    def _found(self, asked: Asked) -> Offer:
        """Raises ``Refused``: 404, or 400 with the company's own code for a bad order string."""
        code = asked.get("code", "")
        if isinstance(code, str) and "sign=" in code:
            return self._handed_over(code)
        offers = self._dealing.book.offers_of(str(asked.get("reference", "")))
        found = offers[-1] if offers else self._dealing.book.offer(str(code))
        if found is None:
            raise Refused(404, "no_such_order")
        return found

    def _handed_over(self, order_string: str) -> Offer:
        """One that has become a trade is known again, whatever state it is in."""
        try:
            call = public.read(form(order_string), self._parties, self._dealing.now, may_be_old=True)
            if call.method != "alipay.trade.app.pay":
                raise invalid("invalid-method")
            known = self._dealing.book.offers_of(str(call.biz.get("out_trade_no", "")))
            begun = [offer for offer in known if self._dealing.book.trade(offer.out_trade_no)]
            return begun[-1] if begun else self._offering.make(call)
        except Wrong as wrong:
            raise Refused(400, wrong.sub_code) from None

    def _seen(self, offer: Offer) -> Payable:
        trade = self._dealing.book.trade(offer.out_trade_no)
        if trade is None:
            state = plug.OPEN if offer.ends > self._dealing.now else plug.CLOSED
        elif trade.status == WAIT:
            state = plug.SCANNED
        else:
            state = plug.PAID if trade.paid else plug.CLOSED
        return Payable(offer.code, offer.out_trade_no, offer.total, "CNY", offer.subject, state)
