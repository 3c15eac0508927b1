"""Cross-border: the statement of a day as one table, and what is settled."""

import gzip
import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any

from deploy.simulators.gateway.clock import BEIJING, beijing
from deploy.simulators.gateway.plug import Answer
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay import shown as telling
from deploy.simulators.wechat_pay.columns import STATEMENT
from deploy.simulators.wechat_pay.days import Days, Event
from deploy.simulators.wechat_pay.merchants import Merchant
from deploy.simulators.wechat_pay.money import FEN, shown
from deploy.simulators.wechat_pay.table import SPOILING, Row, spoil, text, with_mark
from deploy.simulators.wechat_pay.trouble import Trouble

DAYS_BACK = 180
SETTLED_AFTER_DAYS = 2
HASH = "Wechatpay-Statement-Sha1"


class Statements:
    def __init__(self, world: World, days: Days) -> None:
        self._world, self._days = world, days

    def day(self, merchant: Merchant, day: date, *, zipped: bool) -> Answer:
        """The table itself; its hash stands in a header, over the table before it is packed. Raises ``Trouble``."""
        self._days.check(day, back=DAYS_BACK)
        faults = self._world.faults.take(SPOILING, route="bill")
        rows = [self._row(event, day) for event in self._days.events(merchant.mchid, day)]
        plain = with_mark(text(*spoil(rows, STATEMENT, set(faults)), {}), faults)
        hashed = hashlib.sha1(plain + (b" " if "bill_wrong_hash" in faults else b"")).hexdigest()  # noqa: S324
        headers = {"Content-Type": "text/plain; charset=utf-8", HASH: hashed}
        if zipped:
            headers["Content-Encoding"] = "gzip"
        return Answer(200, gzip.compress(plain) if zipped else plain, headers)

    def settlements(self, merchant: Merchant, first: date, last: date, *, settled: bool) -> list[dict[str, Any]]:
        """By day; a day is settled two days later."""
        now = beijing(self._world.clock.now()).date()
        found = []
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            if settled != (day + timedelta(days=SETTLED_AFTER_DAYS) <= now):
                continue
            try:
                events = self._days.events(merchant.mchid, day)
            except Trouble:
                continue
            paid = [event.order for event in events if event.refund is None]
            back = [event.refund for event in events if event.refund is not None]
            found.append(telling.settlements(merchant, datetime.combine(day, time(), BEIJING), paid, back))
        return found

    def _row(self, event: Event, day: date) -> Row:
        order, refund = event.order, event.refund
        asked = order.asked
        row = dict.fromkeys(STATEMENT, "")
        row |= {
            "交易时间": f"{event.moment:%Y-%m-%d %H:%M:%S}",
            "公众账号ID": asked.get("appid") or asked.get("sp_appid", ""),
            "商户号": order.mchid,
            "子商户号": asked.get("sub_mchid", "0"),
            "微信订单号": order.transaction_id,
            "商户订单号": order.number,
            "用户标识": order.openid,
            "交易类型": telling.TRADE_TYPES[order.kind],
            "付款银行": telling.BANK,
            "商品名称": asked["description"],
            "商户数据包": asked.get("attach", ""),
            "费率": "0.60%",
            "标价币种": order.currency,
            "订单金额(标价币种)": shown(order.total, order.currency),
            "用户支付币种": "CNY",
            "用户支付金额": shown(order.payer_total),
            "结算币种": order.currency,
            "支付汇率": _rate(order.rate),
        }
        if refund is None:
            fee, total = shown(order.fee, order.currency), shown(order.total, order.currency)
            return row | {"交易状态": "SUCCESS", "手续费": fee, "应结订单金额": total}
        amount = shown(refund.amount, order.currency)
        return row | {
            "交易状态": "REFUND",
            "微信退款单号": refund.refund_id,
            "商户退款单号": refund.number,
            "退款类型": refund.channel,
            "退款状态": self._days.status(refund, day),
            "手续费": shown(-refund.fee_back, order.currency),
            "退款汇率": _rate(refund.rate),
            "申请退款金额": amount,
            "用户退款币种": "CNY",
            "用户退款金额": shown(refund.payer_refund),
            "退款结算币种": order.currency,
            "退款应结订单金额": amount,
        }


def _rate(rate: int) -> str:
    return f"{rate // FEN}.{rate % FEN:08d}"
