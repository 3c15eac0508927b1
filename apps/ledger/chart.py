"""The chart of accounts: the first word of a code says what kind of account it is. No other words exist."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    ASSET = "asset", _("Asset")
    LIABILITY = "liability", _("Liability")
    INCOME = "income", _("Income")
    EXPENSE = "expense", _("Expense")


CHART = {
    "bank": Kind.ASSET,
    "cash": Kind.ASSET,
    "clearing": Kind.ASSET,
    "pos": Kind.ASSET,
    "fees_payable_treasury": Kind.LIABILITY,
    "refund_in_transit": Kind.LIABILITY,
    "surplus_payable": Kind.LIABILITY,
    "suspense": Kind.LIABILITY,
    "fee_income": Kind.INCOME,
    "fx_difference": Kind.EXPENSE,
    "gateway_fee": Kind.EXPENSE,
}
"""``suspense``: what nobody can explain yet is somebody's. ``fx_difference``: a loss when debit, a gain when credit."""

REST = r"(:[0-9A-Za-z._-]+)*$"
"""What may follow the first word: ``clearing:wechat:1230000109``, ``fee_income:base``."""


def kind_of(code: str) -> Kind | None:
    """None for a code whose first word is not in the chart."""
    return CHART.get(code.partition(":")[0])


def pattern(kind: Kind) -> str:
    """The regular expression of the codes of a kind, as PostgreSQL reads it."""
    words = sorted(word for word, its in CHART.items() if its is kind)
    return f"^({'|'.join(words)}){REST}"
