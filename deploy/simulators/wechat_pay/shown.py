"""Orders and refunds as the interface tells of them; cross-border has other names for some things."""

from datetime import datetime
from typing import Any

from deploy.simulators.wechat_pay.merchants import Merchant
from deploy.simulators.wechat_pay.orders import Order
from deploy.simulators.wechat_pay.refunds import Refund

TRADE_TYPES = {"app": "APP", "jsapi": "JSAPI", "h5": "MWEB", "mweb": "MWEB", "native": "NATIVE"}
SAID = {"SUCCESS": "支付成功", "REFUND": "转入退款", "NOTPAY": "订单未支付", "CLOSED": "订单已关闭"}
OWNERS = ("appid", "mchid", "sp_appid", "sp_mchid", "sub_appid", "sub_mchid")
BANK = "CMB_DEBIT"


def order(order: Order) -> dict[str, Any]:
    """As a query answers, and as a notice says inside."""
    told: dict[str, Any] = {name: order.asked[name] for name in OWNERS if name in order.asked}
    told |= {"out_trade_no": order.number, "attach": order.asked.get("attach", "")}
    told |= {"trade_state": order.state, "trade_state_desc": SAID[order.state], "amount": _amount(order)}
    if order.is_paid:
        told |= {
            "id" if order.is_global else "transaction_id": order.transaction_id,
            "trade_type": TRADE_TYPES[order.kind],
            "bank_type": BANK,
            "success_time": order.success_time,
            "payer": {"openid": order.openid},
        }
    if not order.is_global:
        told["promotion_detail"] = _promotions(order)
    return told


def _amount(order: Order) -> dict[str, Any]:
    amount: dict[str, Any] = {"total": order.total, "currency": order.currency}
    if order.is_paid:
        amount |= {"payer_total": order.payer_total, "payer_currency": "CNY"}
        if order.is_global:
            amount["exchange_rate"] = {"type": "SETTLEMENT_RATE", "rate": order.rate}
    return amount


def _promotions(order: Order) -> list[dict[str, Any]]:
    off = order.total - order.payer_total if order.is_paid else 0
    if not off:
        return []
    return [{"coupon_id": "109519", "name": "单品惠-6", "scope": "GLOBAL", "type": "CASH", "amount": off}]


def refund(refund: Refund, order: Order) -> dict[str, Any]:
    """As the interface answers."""
    status = "REFUNDCLOSE" if order.is_global and refund.status == "CLOSED" else refund.status
    told: dict[str, Any] = {
        "id" if order.is_global else "refund_id": refund.refund_id,
        "out_refund_no": refund.number,
        "transaction_id": order.transaction_id,
        "out_trade_no": order.number,
        "channel": refund.channel,
        "user_received_account": "招商银行储蓄卡0403",
        "create_time": refund.created_at,
        "status": status,
        "amount": _refund_amount(refund, order),
    }
    if refund.success_time:
        told["success_time"] = refund.success_time
    if not order.is_global:
        told["funds_account"] = refund.asked.get("funds_account", "AVAILABLE")
    return told


def _refund_amount(refund: Refund, order: Order) -> dict[str, Any]:
    amount: dict[str, Any] = {"refund": refund.amount, "total": order.total, "currency": order.currency}
    amount |= {"payer_refund": refund.payer_refund, "payer_total": order.payer_total}
    if order.is_global:
        rate = {"type": "SETTLEMENT_RATE", "rate": refund.rate}
        return {**amount, "payer_currency": "CNY", "exchange_rate": rate}
    settled = {"settlement_refund": refund.amount, "settlement_total": order.total}
    return {**amount, **settled, "discount_refund": refund.amount - refund.payer_refund}


def refund_notice(refund_: Refund, order: Order) -> dict[str, Any]:
    """Inside a notice a refund has fewer fields, and ``refund_status``."""
    whole = refund(refund_, order)
    names = ("out_trade_no", "transaction_id", "out_refund_no", "user_received_account")
    told: dict[str, Any] = {"mchid": order.mchid, **{name: whole[name] for name in names}}
    told |= {"refund_id": refund_.refund_id, "refund_status": whole["status"]}
    if refund_.success_time:
        told["success_time"] = refund_.success_time
    amount = whole["amount"]
    told["amount"] = {name: amount[name] for name in ("total", "refund", "payer_total", "payer_refund")}
    return told


def settlements(merchant: Merchant, day: datetime, orders: list[Order], refunds: list[Refund]) -> dict[str, Any]:
    """One day's payments less its refunds and fees, in the currency of the merchant."""
    paid, back = sum(one.total for one in orders), sum(one.amount for one in refunds)
    fees = sum(one.fee for one in orders) - sum(one.fee_back for one in refunds)
    return {
        "date_start": f"{day:%Y%m%d}",
        "date_end": f"{day:%Y%m%d}",
        "settlement_currency": merchant.currency,
        "pay_amount": paid,
        "refund_amount": back,
        "pay_net_amount": paid - back,
        "fee_amount": fees,
        "settlement_amount": paid - back - fees,
    }
