"""Orders: made, asked about, closed."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import now

from apps.kernel.errors import Conflict, Unavailable
from apps.payments.beijing import beijing
from apps.payments.models import Merchant, Payment
from apps.payments.providers.base import Checkout, Notice
from apps.payments.providers.wechat_pay import fields
from apps.payments.providers.wechat_pay.fields import Told
from apps.payments.providers.wechat_pay.products import is_abroad, product
from apps.payments.providers.wechat_pay.signing import lines, nonce, sign
from apps.payments.providers.wechat_pay.wire import Refused, call
from apps.payments.statuses import Channel, Status

EARLIER = timedelta(seconds=30)
"""WeChat Pay stops taking money before we stop waiting for it."""
DESCRIPTION_BYTES = 127
GOVERNMENT_SERVICES = "9399"
"""ISO 18245: government services not elsewhere classified; cross-border orders say what is sold."""
STATES = {
    "SUCCESS": Status.CAPTURED,
    "REFUND": Status.CAPTURED,
    "NOTPAY": Status.AWAITING_PAYER,
    "USERPAYING": Status.AWAITING_PAYER,
    "PAYERROR": Status.AWAITING_PAYER,
    "CLOSED": Status.CLOSED,
    "REVOKED": Status.CLOSED,
}
"""``REFUND`` says that one was begun, even if it failed: the payment was made."""
NO_ORDER = {"ORDER_NOT_EXIST", "ORDERNOTEXIST"}
NOTHING_TO_CLOSE = NO_ORDER | {"ORDERPAID", "ORDER_CLOSED", "ORDERCLOSED"}


def notify_url(merchant: Merchant) -> str:
    return f"{settings.PUBLIC_URL}{reverse('payments_notice', args=[merchant.code])}"


def order(payment: Payment) -> dict[str, Any]:
    """What WeChat Pay is asked to collect: the same for the same payment, whenever it is asked."""
    merchant, kind = payment.merchant, product(payment.merchant).kind(payment.channel)
    title = "、".join(line["label_zh"] for line in payment.quote.lines)
    asked: dict[str, Any] = {
        "appid": merchant.app_id,
        "mchid": merchant.merchant_id,
        "description": title.encode()[:DESCRIPTION_BYTES].decode(errors="ignore"),
        "out_trade_no": payment.reference,
        "time_expire": beijing(payment.expires_at - EARLIER).isoformat(timespec="seconds"),
        "notify_url": notify_url(merchant),
        "amount": {"total": payment.amount_minor, "currency": payment.currency},
    }
    if is_abroad(merchant):
        asked |= {"trade_type": kind.upper(), "merchant_category_code": GOVERNMENT_SERVICES}
    return asked | _payer(payment)


def open_order(payment: Payment) -> Checkout:
    theirs = product(payment.merchant)
    kind = theirs.kind(payment.channel)
    answer = call(payment.merchant, "POST", f"{theirs.orders}/{kind}", order(payment))
    try:
        return _checkout(payment, answer)
    except ValueError:
        raise Unavailable from None


def ask(payment: Payment) -> Notice | None:
    """An order that is unknown before its time is over may still come into being: a request can be on its way."""
    merchant = payment.merchant
    target = f"{_address(payment)}?mchid={quote(merchant.merchant_id, safe='')}"
    try:
        answer = call(merchant, "GET", target)
    except Refused as refused:
        if refused.said not in NO_ORDER:
            raise
        return None if now() >= payment.expires_at else _not_yet(payment)
    try:
        said = heard(merchant, answer, at=now())
    except ValueError:
        raise Unavailable from None
    if said.reference != payment.reference:
        raise Unavailable
    return said


def close(payment: Payment) -> None:
    try:
        call(payment.merchant, "POST", f"{_address(payment)}/close", {"mchid": payment.merchant.merchant_id})
    except Refused as refused:
        if refused.said not in NOTHING_TO_CLOSE:
            raise


def heard(merchant: Merchant, told: Told, *, at: datetime, notice: str = "") -> Notice:
    """An order in our words. Raises ``ValueError`` for what is none."""
    theirs, amount = product(merchant), fields.inner(told, "amount")
    state = STATES.get(fields.text(told, "trade_state"))
    if state is None:
        raise ValueError("trade_state")
    asked = fields.minor(amount, "total")
    currency = fields.text({"currency": theirs.currency, **amount}, "currency")
    is_paid = state is Status.CAPTURED
    return Notice(
        id=notice,
        reference=fields.text(told, "out_trade_no"),
        status=state,
        amount_minor=asked,
        currency=currency,
        provider_txn=fields.text(told, theirs.transaction) if is_paid else "",
        at=fields.moment(told, "success_time") if is_paid else at,
        merchant_id=fields.text(told, "mchid"),
        app_id=fields.text(told, "appid") if told.get("appid") else "",
        paid=fields.paid(amount, "payer_total", asked, currency, theirs.currency) if is_paid else None,
    )


def _not_yet(payment: Payment) -> Notice:
    merchant = payment.merchant
    return Notice(
        id="",
        reference=payment.reference,
        status=Status.AWAITING_PAYER,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        provider_txn="",
        at=now(),
        merchant_id=merchant.merchant_id,
        app_id=merchant.app_id,
    )


def _address(payment: Payment) -> str:
    return f"{product(payment.merchant).orders}/out-trade-no/{quote(payment.reference, safe='')}"


def _payer(payment: Payment) -> dict[str, Any]:
    """What a channel wants to know of the payer's side. Raises ``Conflict`` when that is not known."""
    facts = payment.payer_facts
    wanted = {Channel.JSAPI: "openid", Channel.PAGE: "ip"}.get(Channel(payment.channel))
    if wanted and not facts.get(wanted):
        raise Conflict(code=f"{wanted}_missing")
    if wanted == "openid":
        return {"payer": {"openid": facts["openid"]}}
    if wanted == "ip":
        page = {} if is_abroad(payment.merchant) else {"h5_info": {"type": "Wap"}}
        return {"scene_info": {"payer_client_ip": facts["ip"], **page}}
    return {}


def _checkout(payment: Payment, answer: Told) -> Checkout:
    """Raises ``ValueError`` when the answer is not what the channel needs."""
    channel = Channel(payment.channel)
    if channel is Channel.QR:
        return Checkout(_link(answer, "code_url", "weixin://"))
    if channel is Channel.PAGE:
        return Checkout(_link(answer, f"{product(payment.merchant).page}_url", "http://", "https://"))
    prepay = fields.text(answer, "prepay_id")
    make = _app_parameters if channel is Channel.APP else _jsapi_parameters
    return Checkout(parameters=make(payment.merchant, prepay))


def _link(answer: Told, name: str, *begins: str) -> str:
    """Longer than other texts may be."""
    value = answer.get(name)
    if not isinstance(value, str) or not value.startswith(begins):
        raise ValueError(name)
    return value


def _app_parameters(merchant: Merchant, prepay: str) -> dict[str, str]:
    """For the SDK of the app: the bare ``prepay_id`` is signed (payments.md 1.4)."""
    stamp, once = str(int(now().timestamp())), nonce()
    return {
        "appId": merchant.app_id,
        "partnerId": merchant.merchant_id,
        "prepayId": prepay,
        "packageValue": "Sign=WXPay",
        "nonceStr": once,
        "timeStamp": stamp,
        "sign": sign(merchant, lines(merchant.app_id, stamp, once, prepay)),
    }


def _jsapi_parameters(merchant: Merchant, prepay: str) -> dict[str, str]:
    """For a page inside WeChat: ``prepay_id=…`` is signed, with its name."""
    stamp, once, package = str(int(now().timestamp())), nonce(), f"prepay_id={prepay}"
    return {
        "appId": merchant.app_id,
        "timeStamp": stamp,
        "nonceStr": once,
        "package": package,
        "signType": "RSA",
        "paySign": sign(merchant, lines(merchant.app_id, stamp, once, package)),
    }
