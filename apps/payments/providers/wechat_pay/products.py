"""The two products: domestic (``/v3``, yuan) and cross-border (``/v3/global``, the currency of the post)."""

from dataclasses import dataclass

from django.conf import settings

from apps.payments.models import Merchant
from apps.payments.models.merchants import Profile
from apps.payments.providers.wechat_pay.fields import YUAN
from apps.payments.statuses import Channel


@dataclass(frozen=True, slots=True)
class Product:
    """Addresses and the names of things, where the two differ. ``currency`` is the one that is not always told."""

    orders: str
    page: str
    refunds: str
    refund: str
    certificates: str
    transaction: str
    returned: str
    currency: str = ""

    def kind(self, channel: str) -> str:
        kinds = {Channel.APP: "app", Channel.PAGE: self.page, Channel.QR: "native", Channel.JSAPI: "jsapi"}
        return kinds[Channel(channel)]


DOMESTIC = Product(
    orders="/v3/pay/transactions",
    page="h5",
    refunds="/v3/refund/domestic/refunds",
    refund="/v3/refund/domestic/refunds/",
    certificates="/v3/certificates",
    transaction="transaction_id",
    returned="refund_id",
    currency=YUAN,
)
CROSS_BORDER = Product(
    orders="/v3/global/transactions",
    page="mweb",
    refunds="/v3/global/refunds",
    refund="/v3/global/refunds/out-refund-no/",
    certificates="/v3/global/certificates",
    transaction="id",
    returned="id",
)


def is_abroad(merchant: Merchant) -> bool:
    return merchant.profile == Profile.CROSS_BORDER


def product(merchant: Merchant) -> Product:
    return CROSS_BORDER if is_abroad(merchant) else DOMESTIC


def address(merchant: Merchant) -> str:
    url: str = settings.WECHAT_PAY_GLOBAL_URL if is_abroad(merchant) else settings.WECHAT_PAY_URL
    return url
