"""Refunds: asked for under our number, and asked about until WeChat Pay says what became of them."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from apps.kernel.errors import Unavailable
from apps.payments.models import Merchant, Payment, Refund
from apps.payments.providers.base import NotEnough, RefundNotice
from apps.payments.providers.wechat_pay import fields
from apps.payments.providers.wechat_pay.fields import Told
from apps.payments.providers.wechat_pay.orders import notify_url
from apps.payments.providers.wechat_pay.products import is_abroad, product
from apps.payments.providers.wechat_pay.wire import Refused, call
from apps.payments.statuses import RefundStatus

STATES = {
    "PROCESSING": RefundStatus.ACCEPTED,
    "SUCCESS": RefundStatus.SUCCEEDED,
    "ABNORMAL": RefundStatus.ABNORMAL,
    "CLOSED": RefundStatus.CLOSED,
    "REFUNDCLOSE": RefundStatus.CLOSED,
}
NO_REFUND = {"RESOURCE_NOT_EXISTS", "REFUND_NOT_EXISTS", "REFUNDNOTEXIST"}


def give_back(refund: Refund) -> RefundNotice:
    payment = refund.payment
    try:
        answer = call(payment.merchant, "POST", product(payment.merchant).refunds, asked(refund))
    except Refused as refused:
        if refused.said == "NOT_ENOUGH":
            raise NotEnough from None
        raise
    return _answered(payment, refund.number, answer)


def ask_refund(payment: Payment, number: str) -> RefundNotice | None:
    merchant = payment.merchant
    owner = f"?mchid={quote(merchant.merchant_id, safe='')}" if is_abroad(merchant) else ""
    try:
        answer = call(merchant, "GET", f"{product(merchant).refund}{quote(number, safe='')}{owner}")
    except Refused as refused:
        if refused.said in NO_REFUND:
            return None
        raise
    return _answered(payment, number, answer)


def asked(refund: Refund) -> dict[str, Any]:
    """The same for the same refund, whenever it is asked: other parameters under its number are refused."""
    payment, merchant = refund.payment, refund.payment.merchant
    owner = {"appid": merchant.app_id, "mchid": merchant.merchant_id} if is_abroad(merchant) else {}
    amount = {"refund": refund.amount_minor, "total": payment.amount_minor, "currency": payment.currency}
    return {
        **owner,
        "out_trade_no": payment.reference,
        "out_refund_no": refund.number,
        "notify_url": notify_url(merchant),
        "amount": amount,
    }


def heard(merchant: Merchant, told: Told, *, state: str, at: datetime, notice: str = "") -> RefundNotice:
    """A refund in our words; ``state`` is the name of the field that has it. Raises ``ValueError``."""
    theirs, amount = product(merchant), fields.inner(told, "amount")
    status = STATES.get(fields.text(told, state))
    if status is None:
        raise ValueError(state)
    returned, currency = fields.minor(amount, "refund"), amount.get("currency") or theirs.currency
    is_done = status is RefundStatus.SUCCEEDED
    if not currency or (is_done and not (amount.get("payer_currency") or theirs.currency)):
        # A cross-border notice names no currencies: what the payer got is known only from an answer.
        status, currency = RefundStatus.SUBMITTED, currency or merchant.currency
    else:
        currency = fields.text({"currency": currency}, "currency")
    return RefundNotice(
        id=notice,
        reference=fields.text(told, "out_trade_no"),
        number=fields.text(told, "out_refund_no"),
        status=status,
        amount_minor=returned,
        currency=currency,
        provider_txn=fields.text(told, theirs.returned if theirs.returned in told else "refund_id"),
        at=fields.moment(told, "success_time") if told.get("success_time") else at,
        merchant_id=fields.text({"mchid": merchant.merchant_id, **told}, "mchid"),
        app_id=fields.text(told, "appid") if told.get("appid") else "",
        paid=fields.paid(amount, "payer_refund", returned, currency, theirs.currency),
    )


def _answered(payment: Payment, number: str, answer: Told) -> RefundNotice:
    """Raises ``Unavailable`` for anything that is not exactly this refund of this payment."""
    try:
        begun = fields.moment(answer, "create_time")
        # An answer need not repeat the order; when it does, it has to be this one.
        said = heard(payment.merchant, {"out_trade_no": payment.reference, **answer}, state="status", at=begun)
    except ValueError:
        raise Unavailable from None
    is_whole = said.status is not RefundStatus.SUBMITTED
    if (said.reference, said.number) != (payment.reference, number) or not is_whole:
        raise Unavailable
    return said
