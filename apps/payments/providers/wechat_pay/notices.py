"""Notices: signed by WeChat Pay, sealed for the merchant, understood without asking anybody (payments.md 1.6)."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Invalid, Unauthenticated
from apps.payments.models import Merchant
from apps.payments.providers.base import Word
from apps.payments.providers.wechat_pay import fields, orders, refunds, signing

PROBE = "WECHATPAY/SIGNTEST/"
"""WeChat Pay now and then tests whether signatures are verified at all; the true notice follows."""
PAID = "TRANSACTION.SUCCESS"
RETURNED = {"REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"}

log = logging.getLogger(__name__)


def read(merchant: Merchant, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Word | None:
    """Raises ``Unauthenticated`` and ``Invalid``; nothing for an event that is about neither payment nor refund."""
    if headers.get(signing.SIGNATURE, "").startswith(PROBE):
        raise Unauthenticated(_("This notice is not signed as it should be."), code="signature_probe")
    if not signing.is_genuine(merchant, headers, body, at=at):
        raise Unauthenticated(_("This notice is not signed as it should be."), code="bad_signature")
    try:
        return _understood(merchant, fields.whole_object(body))
    except ValueError:
        log.error("notice_unreadable", extra={"provider": "wechat_pay", "merchant": merchant.code})
        raise Invalid(_("This notice cannot be understood."), code="malformed") from None


def _understood(merchant: Merchant, said: fields.Told) -> Word | None:
    """Raises ``ValueError``."""
    event, name, at = fields.text(said, "event_type"), fields.text(said, "id"), fields.moment(said, "create_time")
    if event != PAID and event not in RETURNED:
        return None
    told = fields.whole_object(signing.unseal(merchant, fields.inner(said, "resource")))
    fields.text(told, "mchid")
    if event == PAID:
        return orders.heard(merchant, told, at=at, notice=name)
    return refunds.heard(merchant, told, state="refund_status", at=at, notice=name)
