"""The book of orders: one per merchant and number, for ever."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from deploy.simulators.gateway.clock import beijing, rfc3339
from deploy.simulators.gateway.plug import CLOSED, OPEN, PAID, SCANNED, Payable, Refused
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay.money import FEN, fee, in_yuan
from deploy.simulators.wechat_pay.trouble import Trouble

CODE_SECONDS = {"h5": 300, "mweb": 300}
"""How long what the payer opens is good for; two hours for all but the page."""
OTHER_CODES = 2 * 3600
ORDER_DAYS = 7
IN_FLIGHT_SECONDS = 2
"""From a close that came too late to the payment it did not stop."""


@dataclass(frozen=True)
class Order:
    """What was asked for (the body of the request), and what became of it. Moments are RFC 3339, Beijing."""

    mchid: str
    kind: str
    """``app``, ``jsapi``, ``h5`` (``mweb`` cross-border) or ``native``."""
    is_global: bool
    asked: dict[str, Any]
    created_at: str
    prepay_id: str
    code: str
    code_ends_at: str
    state: str = "NOTPAY"
    is_scanned: bool = False
    transaction_id: str = ""
    success_time: str = ""
    openid: str = ""
    payer_total: int = 0
    """In fen; less than the total when a coupon paid a part, another number when priced in another currency."""
    rate: int = FEN

    @property
    def number(self) -> str:
        return str(self.asked["out_trade_no"])

    @property
    def key(self) -> str:
        return f"{self.mchid}/{self.number}"

    @property
    def total(self) -> int:
        return int(self.asked["amount"]["total"])

    @property
    def currency(self) -> str:
        return str(self.asked["amount"].get("currency", "CNY"))

    @property
    def is_paid(self) -> bool:
        return bool(self.transaction_id)

    @property
    def fee(self) -> int:
        return fee(self.total)

    @property
    def ends_at(self) -> datetime:
        """When it can no longer be paid."""
        latest = datetime.fromisoformat(self.created_at) + timedelta(days=ORDER_DAYS)
        return min(latest, datetime.fromisoformat(self.asked.get("time_expire", rfc3339(latest))))

    def payable(self) -> Payable:
        shown = PAID if self.is_paid else SCANNED if self.is_scanned else CLOSED if self.state == "CLOSED" else OPEN
        return Payable(self.code, self.number, self.total, self.currency, str(self.asked["description"]), shown)


class Orders:
    def __init__(self, world: World, rates: dict[str, int]) -> None:
        self._world = world
        self._rates = rates
        self._all = {key: Order(**row) for key, row in world.journal.rows("order").items()}

    def open(self, mchid: str, kind: str, asked: dict[str, Any], *, is_global: bool) -> Order:
        """New, or the same again. Raises ``Trouble`` when its number means something else, or is done with."""
        known = self._all.get(f"{mchid}/{asked['out_trade_no']}")
        if known is None:
            order = self._fresh(Order(mchid, kind, is_global, asked, rfc3339(self._world.clock.now()), "", "", ""))
            self._world.expect_trouble(order.total, order.number)
            return order
        known = self._aged(known)
        if known.state == "SUCCESS":
            raise Trouble(400, "ORDERPAID")
        if known.state == "REFUND":
            raise Trouble(403, "OUT_TRADE_NO_USED")
        if known.state == "CLOSED":
            raise Trouble(400, "ORDER_CLOSED")
        if (known.kind, known.asked) != (kind, asked):
            raise Trouble(400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致")
        return known if self._is_code_good(known) else self._fresh(known)

    def find(self, mchid: str, number: str) -> Order:
        """Raises ``Trouble`` (404)."""
        known = self._all.get(f"{mchid}/{number}")
        if known is None:
            raise Trouble(404, "ORDER_NOT_EXIST")
        return self._aged(known)

    def by_key(self, key: str) -> Order:
        """Of one that is known to be there."""
        return self._aged(self._all[key])

    def by_transaction(self, mchid: str, transaction_id: str) -> Order:
        """Only what was paid has one. Raises ``Trouble`` (404)."""
        for order in self._all.values():
            if transaction_id and (order.mchid, order.transaction_id) == (mchid, transaction_id):
                return order
        raise Trouble(404, "ORDER_NOT_EXIST")

    def close(self, mchid: str, number: str) -> tuple[Order, bool]:
        """The order, and whether a payment is on its way all the same. Raises ``Trouble`` when it is paid."""
        order = self.find(mchid, number)
        if order.is_paid:
            raise Trouble(400, "ORDERPAID")
        is_late = bool(self._world.faults.take({"paid_while_closing"}, route="close", reference=number))
        return self._keep(replace(order, state="CLOSED")), is_late

    def by_code(self, asked: Mapping[str, Any]) -> Order:
        """As a phone finds it: by ``code`` (also the whole ``code_url`` or ``prepay_id``) or by the merchant's
        number (``reference``; ``mchid`` when several merchants use it). Raises ``Refused``."""
        code, number, mchid = asked.get("code"), asked.get("reference"), asked.get("mchid")
        for order in reversed(self._all.values()):
            names = {order.code, order.prepay_id, code_url(order)}
            if code in names or (number == order.number and mchid in {None, order.mchid}):
                return self._aged(order)
        raise Refused(404, "no_such_order")

    def scan(self, order: Order) -> Order:
        """Raises ``Refused`` when there is nothing to pay any more."""
        is_open = order.state == "NOTPAY" and self._is_code_good(order)
        if not is_open and not (order.state == "CLOSED" and order.is_scanned):
            self._refuse_unless_late(order)
        return self._keep(replace(order, is_scanned=True))

    def pay(self, order: Order, *, in_flight: bool = False) -> Order:
        """Money moves, once. Raises ``Refused``."""
        if not in_flight and not (order.state == "NOTPAY" and self._is_code_good(order)):
            self._refuse_unless_late(order)
        if self._world.faults.take({"payer_declined"}, route="pay", reference=order.number):
            raise Refused(402, "payer_declined")
        now = self._world.clock.now()
        rate = self._rates.get(order.currency, FEN) if order.is_global else FEN
        paid = in_yuan(order.total, order.currency, rate)
        if self._world.faults.take({"coupon"}, route="pay", reference=order.number):
            paid -= max(1, paid // 10)
        return self._keep(
            replace(
                order,
                state="SUCCESS",
                is_scanned=False,
                transaction_id=f"4200{beijing(now):%y%m%d}{secrets.randbelow(10**18):018}",
                success_time=rfc3339(now),
                openid=order.asked.get("payer", {}).get("openid") or f"o{secrets.token_hex(13)}w",
                payer_total=paid,
                rate=rate,
            )
        )

    def leave(self, order: Order) -> Order:
        return self._keep(replace(order, is_scanned=False))

    def mark_refunded(self, order: Order) -> Order:
        return self._keep(replace(order, state="REFUND"))

    def all(self) -> list[Order]:
        return [self._aged(order) for order in self._all.values()]

    def paid(self) -> list[Order]:
        return [order for order in self._all.values() if order.is_paid]

    def _refuse_unless_late(self, order: Order) -> None:
        """An ended order can still be paid when that fault is planned, which is then used up."""
        if order.is_paid:
            raise Refused(409, "already_paid")
        if not self._world.faults.take({"late_success"}, route="pay", reference=order.number):
            raise Refused(409, "order_closed" if order.state == "CLOSED" else "code_expired")

    def _is_code_good(self, order: Order) -> bool:
        return self._world.clock.now() < min(order.ends_at, datetime.fromisoformat(order.code_ends_at))

    def _fresh(self, order: Order) -> Order:
        now = self._world.clock.now()
        ends = now + timedelta(seconds=CODE_SECONDS.get(order.kind, OTHER_CODES))
        prepay = f"wx{beijing(now):%d%H%M%S}{secrets.token_hex(13)}"
        return self._keep(replace(order, prepay_id=prepay, code=secrets.token_urlsafe(9), code_ends_at=rfc3339(ends)))

    def _aged(self, order: Order) -> Order:
        """After a week WeChat Pay closes what nobody has paid."""
        week = datetime.fromisoformat(order.created_at) + timedelta(days=ORDER_DAYS)
        is_over = order.state == "NOTPAY" and self._world.clock.now() >= week
        return self._keep(replace(order, state="CLOSED")) if is_over else order

    def _keep(self, order: Order) -> Order:
        self._all[order.key] = order
        self._world.journal.write("order", order.key, asdict(order))
        return order


def code_url(order: Order) -> str:
    return f"weixin://wxpay/bizpayurl?pr={order.code}"
