"""Amounts as integers of the smallest unit, and how people read them (ISO 4217)."""

from django.utils import translation
from django.utils.translation import gettext as _

EXPONENTS = dict.fromkeys(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)  # fmt: skip
"""Digits after the point, where they are not two (ISO 4217, list one, column "minor unit")."""


def exponent(currency: str) -> int:
    """How many digits of ``amount_minor`` stand after the decimal point: 0, 2 or 3."""
    return EXPONENTS.get(currency, 2)


def format_amount(amount_minor: int, currency: str) -> str:
    """The bare number with grouped thousands: ``1,234.50``. Both our languages write it so."""
    digits = exponent(currency)
    whole, part = divmod(abs(amount_minor), 10**digits)
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{whole:,}" + (f".{part:0{digits}d}" if digits else "")


def format_money(amount_minor: int, currency: str, language: str) -> str:
    """An amount as a person of that language reads it: ``EUR 16.00``, ``16.00 欧元``.

    ``amount_minor`` counts the smallest unit of ``currency`` (ISO 4217): 1600 is 16 euros, but 1600 yen or 1.6 dinars.
    """
    with translation.override(language):
        # The code is the message: English shows it as it is, Chinese has the currency's name.
        return _("%(currency)s %(amount)s") % {
            "currency": _currency_name(currency),
            "amount": format_amount(amount_minor, currency),
        }


def _currency_name(currency: str) -> str:
    names = {
        "AUD": _("AUD"),
        "CAD": _("CAD"),
        "CNY": _("CNY"),
        "EUR": _("EUR"),
        "GBP": _("GBP"),
        "JPY": _("JPY"),
        "KWD": _("KWD"),
        "NZD": _("NZD"),
        "USD": _("USD"),
    }
    return names.get(currency, currency)
