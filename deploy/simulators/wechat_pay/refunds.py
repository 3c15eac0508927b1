"""Refunds: accepted first, done later, and at times neither."""

import secrets
from collections.abc import Callable, Set
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from deploy.simulators.gateway.clock import beijing, rfc3339
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay.money import fee, in_yuan
from deploy.simulators.wechat_pay.orders import Order, Orders
from deploy.simulators.wechat_pay.purse import Purse
from deploy.simulators.wechat_pay.trouble import Trouble

WORKING_SECONDS = 1
"""From accepted to done."""
MOST = 50
"""Partial refunds of one order."""
DAYS = 365
ENDS = frozenset({"SUCCESS", "ABNORMAL"})


@dataclass(frozen=True)
class Refund:
    """``asked`` is the body of the request; amounts in the currency of the order, ``payer_refund`` in fen."""

    mchid: str
    order_key: str
    asked: dict[str, Any]
    refund_id: str
    created_at: str
    amount: int
    payer_refund: int
    fee_back: int
    rate: int
    status: str = "PROCESSING"
    channel: str = "ORIGINAL"
    success_time: str = ""
    asks_left: int = 0
    """It is done when it has been asked about so often; 0 when time alone does it."""

    @property
    def number(self) -> str:
        return str(self.asked["out_refund_no"])

    @property
    def key(self) -> str:
        return f"{self.mchid}/{self.number}"


class Refunds:
    """``tell`` is called with each refund that has come to an end."""

    def __init__(
        self, world: World, orders: Orders, purse: Purse, rates: dict[str, int], tell: Callable[[Refund, Order], None]
    ) -> None:
        self._world, self._orders, self._purse, self._rates, self._tell = world, orders, purse, rates, tell
        self._all = {key: Refund(**row) for key, row in world.journal.rows("refund").items()}
        for refund in self._all.values():
            self._work_on(refund)

    def open(self, order: Order, asked: dict[str, Any]) -> Refund:
        """Accepted, or the same again. Raises ``Trouble``."""
        known = self._all.get(f"{order.mchid}/{asked['out_refund_no']}")
        if known is not None:
            if known.asked != asked:
                raise Trouble(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
            return known
        self._check(order, asked["amount"])
        refund = self._made(order, asked)
        self._purse.take(order.mchid, refund.amount - refund.fee_back, reference=order.number)
        taken = self._world.faults.take({"refund_processing"}, route="refund", reference=order.number)
        if taken:
            refund = replace(refund, asks_left=taken["refund_processing"].asks)
        self._orders.mark_refunded(order)
        self._keep(refund)
        self._work_on(refund)
        return refund

    def find(self, mchid: str, number: str) -> Refund:
        """Raises ``Trouble`` (404)."""
        known = self._all.get(f"{mchid}/{number}")
        if known is None:
            raise Trouble(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
        return known

    def by_id(self, mchid: str, refund_id: str) -> Refund:
        """Raises ``Trouble`` (404)."""
        for refund in self._all.values():
            if (refund.mchid, refund.refund_id) == (mchid, refund_id):
                return refund
        raise Trouble(404, "RESOURCE_NOT_EXISTS", "退款单不存在")

    def reference(self, names: Set[str | None]) -> str:
        """The number of the order that one of these transactions, refunds or refund numbers is about, if any is."""
        for refund in self._all.values():
            if {refund.number, refund.refund_id} & names:
                return refund.order_key.partition("/")[2]
        return next((order.number for order in self._orders.paid() if order.transaction_id in names), "")

    def ask(self, refund: Refund) -> Refund:
        """A query, which is what some refunds wait for."""
        if refund.status == "PROCESSING" and refund.asks_left:
            refund = self._keep(replace(refund, asks_left=refund.asks_left - 1))
            if not refund.asks_left:
                self._end(refund.key)
        return self._all[refund.key]

    def help(self, refund: Refund, *, by: str) -> Refund:
        """An abnormal refund goes another way. Raises ``Trouble``."""
        if refund.status != "ABNORMAL":
            raise Trouble(400, "INVALID_REQUEST", "退款单状态不是退款异常")
        channel = "OTHER_BANKCARD" if by == "USER_BANK_CARD" else "OTHER_BALANCE"
        refund = self._keep(replace(refund, status="PROCESSING", channel=channel))
        self._work_on(refund)
        return refund

    def of(self, order: Order) -> list[Refund]:
        return [refund for refund in self._all.values() if refund.order_key == order.key]

    def all(self) -> list[Refund]:
        return list(self._all.values())

    def _check(self, order: Order, amount: dict[str, Any]) -> None:
        """Raises ``Trouble``."""
        done = self.of(order)
        if not order.is_paid:
            raise Trouble(400, "INVALID_REQUEST", "订单未支付")
        if (amount["total"], amount["currency"]) != (order.total, order.currency):
            raise Trouble(400, "INVALID_REQUEST", "订单金额与原订单不一致")
        if sum(refund.amount for refund in done) + amount["refund"] > order.total:
            raise Trouble(400, "INVALID_REQUEST", "累计退款金额超过订单金额")
        if len(done) >= MOST:
            raise Trouble(400, "INVALID_REQUEST", "一笔订单最多支持50次部分退款")
        if self._world.clock.now() > datetime.fromisoformat(order.success_time) + timedelta(days=DAYS):
            raise Trouble(400, "INVALID_REQUEST", "订单已超过可退款的最大期限")

    def _made(self, order: Order, asked: dict[str, Any]) -> Refund:
        """The payer gets a share of what they paid: at the day's rate when priced in another currency."""
        now, amount = self._world.clock.now(), int(asked["amount"]["refund"])
        before = order.total - sum(refund.amount for refund in self.of(order))
        rate = self._rates.get(order.currency, order.rate) if order.is_global else order.rate
        share = order.payer_total * amount // order.total
        return Refund(
            order.mchid,
            order.key,
            asked,
            f"503{beijing(now):%y%m%d}{secrets.randbelow(10**19):019}",
            rfc3339(now),
            amount,
            in_yuan(amount, order.currency, rate) if order.is_global else share,
            fee(before) - fee(before - amount),
            rate,
        )

    def _work_on(self, refund: Refund) -> None:
        if refund.status == "PROCESSING" and not refund.asks_left:
            self._world.clock.after(WORKING_SECONDS, lambda: self._end(refund.key))

    def _end(self, key: str) -> None:
        with self._world.lock:
            refund = self._all[key]
            if refund.status != "PROCESSING":
                return
            order, is_first = self._orders.by_key(refund.order_key), refund.channel == "ORIGINAL"
            is_bad = is_first and self._world.faults.take({"refund_abnormal"}, route="refund", reference=order.number)
            moment = "" if is_bad else rfc3339(self._world.clock.now())
            status = "ABNORMAL" if is_bad else "SUCCESS"
            self._tell(self._keep(replace(refund, status=status, success_time=moment)), order)

    def _keep(self, refund: Refund) -> Refund:
        self._all[refund.key] = refund
        self._world.journal.write("refund", refund.key, asdict(refund))
        return refund
