"""How a payer gets to an order."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """Where the payer pays; every company has its own words for these."""

    PAGE = "page", _("In the browser")
    """A page of the company: WeChat H5, Alipay wap, UnionPay front, a hosted page for cards."""
    APP = "app", _("In the app")
    """Parameters for the company's SDK, which the app hands over."""
    QR = "qr", _("By scanning a code")
    """The text of a code that another phone scans: on a screen at the counter, on a friend's pay link."""
    JSAPI = "jsapi", _("Inside WeChat")
    """A page or mini program within the company's own app; needs the payer's ``openid`` there."""
