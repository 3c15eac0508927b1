"""``alipay.trade.refund`` and ``alipay.trade.fastpay.refund.query``: success is said by one field, not by 10000."""

from typing import Any

from deploy.simulators.alipay.asking import Asking, numbers
from deploy.simulators.alipay.dealing import Dealing
from deploy.simulators.alipay.moments import fen, written, yuan
from deploy.simulators.alipay.telling import BUYER
from deploy.simulators.alipay.trades import DONE, Trade
from deploy.simulators.alipay.wrong import business

Said = dict[str, Any]


class Refunding:
    def __init__(self, dealing: Dealing, asking: Asking) -> None:
        self._dealing, self._asking = dealing, asking

    def refund(self, biz: Said) -> Said:
        """A number that is asked again refunds nothing again; without a number, everything is refunded at once."""
        trade = self._asking.found(biz)
        amount, number = fen(biz["refund_amount"]), biz.get("out_request_no", "")
        if not number and amount != trade.offer.total:
            raise business("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
        number = number or trade.offer.out_trade_no
        earlier = trade.refund(number)
        if earlier is not None and earlier.amount != amount:
            raise business("ACQ.DISCORDANT_REPEAT_REQUEST")
        if earlier is not None:
            return _said(trade, has_changed=False)
        trade = self._dealing.refund(trade, number, amount)
        made = trade.refund(number)
        return _said(trade, has_changed=made is not None and made.state == DONE)

    def query(self, biz: Said) -> Said:
        """Of what was not refunded, or not yet, success and nothing more."""
        trade = self._asking.found(biz)
        refund = trade.refund(biz["out_request_no"])
        if refund is not None:
            refund = self._dealing.ask_about(trade, refund)
        if refund is None or refund.state != DONE:
            return {}
        said = {
            **numbers(trade),
            "out_request_no": refund.number,
            "total_amount": yuan(trade.offer.total),
            "refund_amount": yuan(refund.amount),
            "refund_status": "REFUND_SUCCESS",
        }
        wanted = "gmt_refund_pay" in biz.get("query_options", [])
        return {**said, "gmt_refund_pay": written(refund.at)} if wanted else said


def _said(trade: Trade, *, has_changed: bool) -> Said:
    """``refund_fee`` is the sum of all refunds of the trade."""
    said = {
        **numbers(trade),
        "buyer_logon_id": BUYER["buyer_logon_id"],
        "buyer_user_id": BUYER["buyer_id"],
        "fund_change": "Y" if has_changed else "N",
        "refund_fee": yuan(trade.refunded),
    }
    return {**said, "send_back_fee": yuan(trade.refunds[-1].amount)} if has_changed else said
