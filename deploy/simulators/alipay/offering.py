"""Making something payable: a QR code, an order string that comes by phone, a page."""

from dataclasses import replace
from typing import Any

from deploy.simulators.alipay import fields
from deploy.simulators.alipay.dealing import Dealing
from deploy.simulators.alipay.moments import DAY, HOUR, fen, lasting, read
from deploy.simulators.alipay.parties import token
from deploy.simulators.alipay.public import Call
from deploy.simulators.alipay.trades import CLOSED, WAIT, Offer
from deploy.simulators.alipay.wrong import business
from deploy.simulators.gateway.world import World

TRADE_LASTS = 15 * DAY
QR_LASTS = 2 * HOUR
QR = "https://qr.alipay.com/bax"
COPIED = ("body", "passback_params", "store_id", "operator_id", "terminal_id", "quit_url")


class Offering:
    def __init__(self, world: World, dealing: Dealing) -> None:
        self._world, self._dealing = world, dealing

    def make(self, call: Call) -> Offer:
        """Asked again in the same words, the offer that there is. Raises ``Wrong``."""
        fields.check(call.method, call.biz)
        wanted = self._read(call)
        trade = self._dealing.book.trade(wanted.out_trade_no)
        if trade is not None and trade.status == CLOSED:
            raise business("ACQ.TRADE_HAS_CLOSE")
        if trade is not None and trade.status != WAIT:
            raise business("ACQ.TRADE_HAS_SUCCESS")
        if wanted.ends <= self._dealing.now:
            raise business("ACQ.INVALID_PARAMETER", "time_expire")
        earlier = self._dealing.book.offers_of(wanted.out_trade_no)
        if any(offer.terms != wanted.terms for offer in earlier):
            raise business("ACQ.CONTEXT_INCONSISTENT")
        if not earlier:
            self._world.expect_trouble(wanted.total, wanted.out_trade_no)
        same = (offer for offer in earlier if offer.product == wanted.product and offer.ends > self._dealing.now)
        return next(same, None) or self._dealing.book.keep_offer(wanted)

    def _read(self, call: Call) -> Offer:
        biz, now = call.biz, self._dealing.now
        until = read(biz["time_expire"]) if "time_expire" in biz else 0.0
        lasts = lasting(biz["timeout_express"], now) if "timeout_express" in biz else TRADE_LASTS
        offer = Offer(
            code=token(),
            product=fields.CREATING[call.method],
            app_id=call.app.app_id,
            out_trade_no=biz["out_trade_no"],
            total=fen(biz["total_amount"]),
            subject=biz["subject"],
            ends=min(now + lasts, until or now + lasts),
            lasts=lasts,
            until=until,
            notify_url=call.notify_url,
            return_url=call.return_url,
            **{name: biz.get(name, "") for name in COPIED},
        )
        return self._as_code(offer, biz) if offer.product == "qr" else offer

    def _as_code(self, offer: Offer, biz: dict[str, Any]) -> Offer:
        """The code has an end of its own, which is not that of the trade."""
        now = self._dealing.now
        lasts = lasting(biz["qr_code_timeout_express"], now) if "qr_code_timeout_express" in biz else QR_LASTS
        return replace(offer, code=f"{QR}{offer.code}", ends=min(now + lasts, offer.until or now + lasts))
