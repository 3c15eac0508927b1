"""Contracts with payment companies as tests want them."""

from datetime import UTC, datetime
from typing import Any

from apps.payments.models import Merchant

BEGAN = datetime(2019, 1, 1, tzinfo=UTC)


def make_merchant(provider: str = "sandbox", code: str = "", **facts: Any) -> Merchant:
    """One that takes every currency for every post, unless the test says otherwise; the same again is found."""
    given = {"provider": provider, "merchant_id": provider, "channels": ["page", "qr", "jsapi"], "active_from": BEGAN}
    given |= {"approved_at": BEGAN} | facts
    return Merchant.objects.get_or_create(code=code or provider, defaults=given)[0]
