"""``alipay.trade.query``, ``close`` and ``cancel``: a trade that no payer has begun does not exist."""

from typing import Any

from deploy.simulators.alipay.dealing import Dealing
from deploy.simulators.alipay.moments import DAY, written, yuan
from deploy.simulators.alipay.telling import BUYER
from deploy.simulators.alipay.trades import CLOSED, FINISHED, WAIT, Trade
from deploy.simulators.alipay.wrong import business
from deploy.simulators.gateway.world import World

Said = dict[str, Any]
CANCELLABLE = DAY
"""Seconds after the trade was begun."""


class Asking:
    def __init__(self, world: World, dealing: Dealing) -> None:
        self._world, self._dealing = world, dealing

    def query(self, biz: Said) -> Said:
        trade = self.found(biz)
        paid = yuan(trade.offer.total) if trade.paid else "0.00"
        said = {
            **numbers(trade),
            "trade_status": trade.status,
            "total_amount": yuan(trade.offer.total),
            "buyer_logon_id": BUYER["buyer_logon_id"],
            "buyer_user_id": BUYER["buyer_id"],
            **dict.fromkeys(("receipt_amount", "buyer_pay_amount", "invoice_amount"), paid),
            "point_amount": "0.00",
        }
        if trade.paid:
            said["send_pay_date"] = written(trade.paid)
        if trade.offer.passback_params:
            said["passback_params"] = trade.offer.passback_params
        return said

    def close(self, biz: Said) -> Said:
        """The company refuses a paid trade and a closed one in two words that mean the same."""
        trade = self.found(biz)
        reference = trade.offer.out_trade_no
        if trade.status == WAIT and self._world.faults.take({"paid_while_closing"}, route="close", reference=reference):
            trade = self._dealing.pay(trade)
        if trade.status == CLOSED:
            raise business("ACQ.TRADE_STATUS_ERROR")
        if trade.status != WAIT:
            raise business("ACQ.REASON_TRADE_STATUS_INVALID")
        return numbers(self._dealing.close(trade))

    def cancel(self, biz: Said) -> Said:
        """Reverses even what was paid. Of what does not exist it says success without an ``action``, and a code that
        nobody has scanned yet stays payable."""
        trade = self._dealing.book.trade_of(biz)
        if trade is None:
            return {"retry_flag": "N", **{name: biz[name] for name in ("out_trade_no", "trade_no") if name in biz}}
        if trade.status == FINISHED:
            raise business("ACQ.TRADE_HAS_FINISHED")
        if self._dealing.now - trade.made > CANCELLABLE:
            raise business("ACQ.TRADE_CANCEL_TIME_OUT")
        return {**numbers(trade), "retry_flag": "N", **self._reverse(trade)}

    def found(self, biz: Said) -> Trade:
        """Raises ``Wrong``."""
        trade = self._dealing.book.trade_of(biz)
        if trade is None:
            raise business("ACQ.TRADE_NOT_EXIST")
        return trade

    def _reverse(self, trade: Trade) -> Said:
        rest = trade.offer.total - trade.reserved
        if trade.status == CLOSED or not rest:
            return {}
        if trade.status == WAIT:
            self._dealing.close(trade)
            return {"action": "close"}
        self._dealing.refund(trade, f"cancel_{trade.trade_no}", rest)
        return {"action": "refund"}


def numbers(trade: Trade) -> Said:
    return {"trade_no": trade.trade_no, "out_trade_no": trade.offer.out_trade_no}
