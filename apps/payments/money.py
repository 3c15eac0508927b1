"""Amounts as integers of the smallest unit (minor unit) of an ISO 4217 currency, written out for people."""

MINOR_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
    **dict.fromkeys(("UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
"""ISO 4217:2015 list one, where it is not 2."""


def text(amount_minor: int, currency: str) -> str:
    """``text(1600, "EUR")`` is ``EUR 16.00``, ``text(1200, "JPY")`` is ``JPY 1,200``. Exact, whatever the size."""
    digits = MINOR_DIGITS.get(currency, 2)
    whole, rest = divmod(abs(amount_minor), 10**digits)
    sign = "-" if amount_minor < 0 else ""
    fraction = f".{rest:0{digits}d}" if digits else ""
    return f"{currency} {sign}{whole:,}{fraction}"
