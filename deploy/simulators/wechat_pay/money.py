"""Integers only: amounts in the smallest unit, rates times 10^8, the fee of 0.60 %."""

FEN = 10**8
"""The rate of the yuan to itself."""
RATES = {"CNY": FEN, "HKD": 91_234_500, "USD": 712_345_600, "EUR": 770_123_400, "GBP": 901_234_500, "JPY": 4_750_000}
"""Yuan for one unit of the currency, times 10^8, until told otherwise by ``POST /rates``."""
NO_DIGITS = frozenset({"JPY", "KRW", "VND"})


def digits(currency: str) -> int:
    return 0 if currency in NO_DIGITS else 2


def in_yuan(minor: int, currency: str, rate: int) -> int:
    """In fen, rounded half up."""
    scale: int = FEN * 10 ** digits(currency)
    return (minor * rate * 100 + scale // 2) // scale


def fee(minor: int) -> int:
    """0.60 % of it, rounded half up to the smallest unit."""
    return (minor * 60 + 5000) // 10_000


def shown(minor: int, currency: str = "CNY") -> str:
    """As bills write it: ``-12.30``."""
    places = digits(currency)
    whole, rest = divmod(abs(minor), 10**places)
    return f"{'-' if minor < 0 else ''}{whole}" + (f".{rest:0{places}d}" if places else "")
