"""WeChat Pay, APIv3, domestic and cross-border (payments.md 1). The keys of a merchant are described in ``keyring``."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.payments.models import Merchant, Payment, Refund
from apps.payments.providers.base import Bill, Checkout, Notice, RefundNotice, Word, providers
from apps.payments.providers.wechat_pay import bills, notices, orders, refunds
from apps.payments.providers.wechat_pay.certificates import fresh_certificates
from apps.payments.providers.wechat_pay.signing import EVIDENCE
from apps.payments.statuses import Channel

__all__ = ["WeChatPay", "fresh_certificates"]


class WeChatPay:
    """One object for every merchant: what differs lies in the merchant's row and in its folder of keys."""

    label = _("WeChat Pay")
    channels = (Channel.APP, Channel.PAGE, Channel.QR, Channel.JSAPI)
    evidence = EVIDENCE
    acknowledgement = (204, b"")
    refunds_within = timedelta(days=365)

    def open(self, payment: Payment) -> Checkout:
        return orders.open_order(payment)

    def ask(self, payment: Payment) -> Notice | None:
        return orders.ask(payment)

    def close(self, payment: Payment) -> None:
        orders.close(payment)

    def refund(self, refund: Refund) -> RefundNotice:
        return refunds.give_back(refund)

    def ask_refund(self, payment: Payment, number: str) -> RefundNotice | None:
        return refunds.ask_refund(payment, number)

    def read(self, merchant: Merchant, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Word | None:
        return notices.read(merchant, headers=headers, body=body, at=at)

    def bill(self, merchant: Merchant, *, day: date) -> Bill:
        return bills.bill(merchant, day=day)


if settings.WECHAT_PAY_URL and settings.WECHAT_PAY_GLOBAL_URL:
    providers.add("wechat_pay", WeChatPay())
