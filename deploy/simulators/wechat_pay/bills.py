"""Domestic bills: made from the book for one day of Beijing, hashed, and fetched in a second step."""

import gzip
import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from deploy.simulators.gateway.faults import Rule
from deploy.simulators.gateway.plug import Answer
from deploy.simulators.gateway.world import World
from deploy.simulators.wechat_pay.columns import FUNDS, TRADE
from deploy.simulators.wechat_pay.days import Days, Event
from deploy.simulators.wechat_pay.merchants import Merchant
from deploy.simulators.wechat_pay.money import shown
from deploy.simulators.wechat_pay.shown import BANK, TRADE_TYPES
from deploy.simulators.wechat_pay.table import SPOILING, Row, spoil, text, total, with_mark
from deploy.simulators.wechat_pay.trouble import Trouble

LINK_SECONDS = 300
DAYS_BACK = 92
SUMS = {
    "应结订单总金额": "应结订单金额",
    "退款总金额": "退款金额",
    "充值券退款总金额": "充值券退款金额",
    "手续费总金额": "手续费",
    "订单总金额": "订单金额",
    "申请退款总金额": "申请退款金额",
}


class Bills:
    def __init__(self, world: World, days: Days) -> None:
        self._world, self._days = world, days
        self._files: dict[str, tuple[str, bytes, datetime]] = {}
        """By the token of the link: whose, what, until when."""

    def trade(self, merchant: Merchant, day: date, kind: str, *, zipped: bool) -> dict[str, str]:
        """Raises ``Trouble``."""
        self._days.check(day, back=DAYS_BACK)
        faults = self._world.faults.take(SPOILING, route="bill")
        events = self._days.events(merchant.mchid, day)
        wanted = [event for event in events if kind == "ALL" or (event.refund is None) == (kind == "SUCCESS")]
        if not wanted:
            raise Trouble(400, "NO_STATEMENT_EXIST")
        rows, names = spoil([self._row(event, day) for event in wanted], TRADE[kind], set(faults))
        sums = {name: total(rows, of, 5 if of == "手续费" else 2) for name, of in SUMS.items()}
        content = text(rows, names, {"总交易单数": str(len(rows)), **sums})
        return self._offer(merchant, content, faults, zipped=zipped)

    def funds(self, merchant: Merchant, day: date, *, zipped: bool) -> dict[str, str]:
        """Raises ``Trouble``."""
        self._days.check(day, back=DAYS_BACK)
        faults = self._world.faults.take(SPOILING, route="bill")
        rows = [row for event in self._days.events(merchant.mchid, day) for row in _movements(event)]
        rows, names = spoil(rows, FUNDS, set(faults))
        sums = {"资金流水总笔数": str(len(rows))}
        for kind, count, amount in (("收入", "收入笔数", "收入金额"), ("支出", "支出笔数", "支出金额")):
            some = [row for row in rows if row["收支类型"] == kind]
            sums |= {count: str(len(some)), amount: total(some, "收支金额(元)")}
        return self._offer(merchant, text(rows, names, sums), faults, zipped=zipped)

    def file(self, merchant: Merchant, token: str) -> Answer:
        """What the link leads to. Raises ``Trouble``."""
        owner, content, ends = self._files.get(token, ("", b"", self._world.clock.now()))
        if owner != merchant.mchid or self._world.clock.now() >= ends:
            raise Trouble(400, "INVALID_REQUEST", "下载地址无效或已过期")
        return Answer(200, content, {"Content-Type": "application/octet-stream"})

    def _offer(self, merchant: Merchant, content: str, faults: dict[str, Rule], *, zipped: bool) -> dict[str, str]:
        """The hash is that of the file before it is packed."""
        plain, token = with_mark(content, faults), secrets.token_urlsafe(24)
        ends = self._world.clock.now() + timedelta(seconds=LINK_SECONDS)
        self._files[token] = (merchant.mchid, gzip.compress(plain) if zipped else plain, ends)
        hashed = hashlib.sha1(plain + (b" " if "bill_wrong_hash" in faults else b"")).hexdigest()  # noqa: S324
        packed = "&tartype=gzip" if zipped else ""
        link = f"{self._world.url}/v3/billdownload/file?token={token}{packed}"
        return {"hash_type": "SHA1", "hash_value": hashed, "download_url": link}

    def _row(self, event: Event, day: date) -> Row:
        """Every column of every kind of bill; amounts in yuan."""
        order, refund = event.order, event.refund
        row = {
            "交易时间": _moment(event.moment),
            "公众账号ID": order.asked["appid"],
            "商户号": order.mchid,
            "特约商户号": "0",
            "设备号": order.asked.get("scene_info", {}).get("device_id", ""),
            "微信订单号": order.transaction_id,
            "商户订单号": order.number,
            "用户标识": order.openid,
            "交易类型": TRADE_TYPES[order.kind],
            "付款银行": BANK,
            "货币种类": "CNY",
            "代金券金额": shown(0 if refund else order.total - order.payer_total),
            "商品名称": order.asked["description"],
            "商户数据包": order.asked.get("attach", ""),
            "费率": "0.60%",
            "费率备注": "",
            "充值券退款金额": "0.00",
        }
        return row | (_paid(order.total, order.fee) if refund is None else self._refunded(event, day))

    def _refunded(self, event: Event, day: date) -> dict[str, Any]:
        refund = event.refund
        if refund is None:
            return {}
        return {
            "交易状态": "REFUND",
            "应结订单金额": "0.00",
            "订单金额": "0.00",
            "退款申请时间": _moment(event.moment),
            "退款成功时间": refund.success_time[:19].replace("T", " "),
            "微信退款单号": refund.refund_id,
            "商户退款单号": refund.number,
            "退款金额": shown(refund.amount),
            "申请退款金额": shown(refund.amount),
            "退款类型": refund.channel,
            "退款状态": self._days.status(refund, day),
            "手续费": f"{shown(-refund.fee_back)}000",
        }


def _paid(total_: int, fee: int) -> dict[str, str]:
    return {
        "交易状态": "SUCCESS",
        "应结订单金额": shown(total_),
        "订单金额": shown(total_),
        "退款申请时间": "",
        "退款成功时间": "",
        "微信退款单号": "0",
        "商户退款单号": "0",
        "退款金额": "0.00",
        "申请退款金额": "0.00",
        "退款类型": "",
        "退款状态": "",
        "手续费": f"{shown(fee)}000",
    }


def _movements(event: Event) -> list[Row]:
    """Of the basic account: the money, and in a row of its own the fee that goes with it."""
    order, refund = event.order, event.refund
    if refund is None:
        moves = [("交易", "交易", "收入", order.total), ("交易", "扣除交易手续费", "支出", order.fee)]
        number, voucher = order.transaction_id, order.number
    else:
        moves = [("退款", "退款", "支出", refund.amount), ("退款", "退还交易手续费", "收入", refund.fee_back)]
        number, voucher = refund.refund_id, refund.number
    return [
        {
            "记账时间": _moment(event.moment),
            "微信支付业务单号": number,
            "资金流水单号": f"{number}{place}",
            "业务名称": name,
            "业务类型": kind,
            "收支类型": way,
            "收支金额(元)": shown(minor),
            "账户结余(元)": "0.00",
            "资金变更提交申请人": "system",
            "备注": f"{name}金额",
            "业务凭证号": voucher,
        }
        for place, (name, kind, way, minor) in enumerate(moves)
        if minor
    ]


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
