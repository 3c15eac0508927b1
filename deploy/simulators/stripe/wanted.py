"""What a merchant may ask for. Strict on purpose: leniency would hide the mistakes of its clients."""

import re
from typing import Any

from deploy.simulators.stripe import reading
from deploy.simulators.stripe.errors import Invalid
from deploy.simulators.stripe.reading import flag, integer, many, mapping, metadata, one_of, text, url

VERSIONS = ("2022-11-15", "2026-10-28.endive")
"""The oldest whose intents have this shape, and the newest; what is asked in between is answered the same."""
CARD, ALIPAY, WECHAT = "card", "alipay", "wechat_pay"
ALIPAY_CURRENCIES = frozenset(["aud", "cad", "cny", "eur", "gbp", "hkd", "jpy", "nzd", "sgd", "usd", "myr"])
CURRENCIES = {
    CARD: ALIPAY_CURRENCIES
    | frozenset(
        [
            "aed",
            "bhd",
            "brl",
            "chf",
            "clp",
            "czk",
            "dkk",
            "huf",
            "idr",
            "inr",
            "isk",
            "jod",
            "krw",
            "kwd",
            "mxn",
            "nok",
            "omr",
            "pln",
            "sek",
            "thb",
            "tnd",
            "ugx",
            "vnd",
            "zar",
        ]
    ),
    ALIPAY: ALIPAY_CURRENCIES,
    WECHAT: ALIPAY_CURRENCIES - {"myr"},
}
NO_DECIMALS = frozenset(["jpy", "krw", "vnd", "clp"])
BY_HUNDREDS = frozenset(["isk", "ugx"])
"""They have no decimals, yet are written with two, which must be nought."""
BY_TENS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
"""They have three decimals, the last of which must be nought."""
LARGEST = 99_999_999


def currency(value: Any, param: str) -> str:
    if value not in CURRENCIES[CARD]:
        raise Invalid(f"Invalid currency: {value}.", param)
    return str(value)


def versions(header: str | None) -> str:
    """The version that an answer has. Raises ``Invalid``."""
    version = header or VERSIONS[-1]
    is_date = re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}(\.[a-z]+)?", version)
    if not is_date or not VERSIONS[0] <= version <= VERSIONS[-1]:
        raise Invalid(f"Invalid Stripe API version: {version}")
    return version


EXPAND = {"expand": many(text(100), 20)}
TYPES = many(one_of(CARD, ALIPAY, WECHAT), 3)
RETRIEVE = mapping(EXPAND)
INTENT = mapping(
    {
        "amount": integer(1, LARGEST),
        "currency": currency,
        "payment_method_types": TYPES,
        "automatic_payment_methods": mapping(
            {"enabled": flag, "allow_redirects": one_of("always", "never")}, ("enabled",)
        ),
        "payment_method_options": mapping(
            {CARD: mapping({"request_three_d_secure": one_of("any", "automatic", "challenge")})}
        ),
        "capture_method": one_of("automatic", "automatic_async"),
        "description": text(1000),
        "metadata": metadata,
        "receipt_email": text(320),
        "statement_descriptor_suffix": text(22),
        **EXPAND,
    },
    ("amount", "currency"),
)
CANCEL = mapping(
    {
        "cancellation_reason": one_of("duplicate", "fraudulent", "requested_by_customer", "abandoned"),
        **EXPAND,
    }
)
PRICE = mapping(
    {
        "currency": currency,
        "unit_amount": integer(0, LARGEST),
        "product_data": mapping({"name": text(250), "description": text(1000), "metadata": metadata}, ("name",)),
    },
    ("currency", "unit_amount", "product_data"),
)
LINE = mapping({"price_data": PRICE, "quantity": integer(1, 999_999)}, ("price_data", "quantity"))
SESSION = mapping(
    {
        "mode": one_of("payment"),
        "line_items": many(LINE),
        "success_url": url,
        "cancel_url": url,
        "client_reference_id": text(200),
        "customer_email": text(320),
        "expires_at": integer(1, 10**11),
        "locale": one_of("auto", "en", "zh", "zh-HK", "zh-TW"),
        "metadata": metadata,
        "payment_intent_data": mapping(
            {
                "description": text(1000),
                "metadata": metadata,
                "receipt_email": text(320),
                "statement_descriptor_suffix": text(22),
            }
        ),
        "payment_method_types": TYPES,
        "payment_method_options": mapping({WECHAT: mapping({"client": one_of("web")}, ("client",))}),
        "submit_type": one_of("auto", "book", "donate", "pay"),
        **EXPAND,
    },
    ("mode", "line_items", "success_url"),
)
REFUND = mapping(
    {
        "payment_intent": text(100),
        "charge": text(100),
        "amount": integer(1, LARGEST),
        "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
        "metadata": metadata,
        **EXPAND,
    }
)
ENDPOINT = mapping(
    {
        "url": url,
        "enabled_events": many(text(100)),
        "api_version": text(40),
        "description": text(5000),
        "metadata": metadata,
        **EXPAND,
    },
    ("url", "enabled_events"),
)
RANGE = mapping({name: integer(0, 10**11) for name in ("gt", "gte", "lt", "lte")})


def _created(value: Any, param: str) -> dict[str, int]:
    """A moment or a range of them, in seconds."""
    if isinstance(value, str):
        moment = integer(0, 10**11)(value, param)
        return {"gte": moment, "lte": moment}
    read: dict[str, int] = RANGE(value, param)
    return read


def listing(*filters: str) -> reading.Reader:
    return mapping(
        {
            "limit": integer(1, 100),
            "starting_after": text(100),
            "ending_before": text(100),
            "created": _created,
            **dict.fromkeys(filters, text(100)),
            **EXPAND,
        }
    )


def check_amount(amount: int, currency_: str, param: str) -> None:
    """Raises ``Invalid`` for what no bank can move in this currency."""
    step = 100 if currency_ in BY_HUNDREDS else 10 if currency_ in BY_TENS else 1
    if amount % step:
        raise Invalid(f"Invalid amount: {amount}; in {currency_} it must be a multiple of {step}.", param)
    if amount < 50:  # noqa: PLR2004
        raise Invalid(f"Amount must be at least 50 {currency_}", param, "amount_too_small")
    if amount > LARGEST:
        raise Invalid(f"Amount must be no more than {LARGEST} {currency_}", param, "amount_too_large")


def methods(asked: list[str] | None, currency_: str) -> list[str]:
    """Those asked for, or all that take this currency. Raises ``Invalid``."""
    for method in asked or []:
        if currency_ not in CURRENCIES[method]:
            told = f"The currency provided ({currency_}) is invalid for the payment method type {method}."
            raise Invalid(told, "payment_method_types")
    return asked or [method for method, taken in CURRENCIES.items() if currency_ in taken]
