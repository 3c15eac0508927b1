"""What the books say. However long they have been kept, only what is not closed yet is added up."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet, Sum

from apps.ledger.models import Account, Entry
from apps.posts.models import Post


@dataclass(frozen=True, slots=True)
class Statement:
    """One account over some days: minor units before the first, what was booked, minor units after the last."""

    account: Account
    opening_minor: int
    entries: QuerySet[Entry]
    closing_minor: int


def balances(*, post: Post, currency: str, until: date | None = None) -> dict[str, int]:
    """Minor units by the code of the account, at the end of that day of the post, or now."""
    books = Account.objects.filter(post=post, currency=currency).with_balance(until=until)
    return dict(books.order_by("code").values_list("code", "balance_minor"))


def trial_balance(*, post: Post | None = None, until: date | None = None) -> dict[str, int]:
    """Everything in each currency, of a post or of all: anything but zero is an alarm."""
    books = Account.objects.filter(post=post) if post else Account.objects.all()
    totals = books.with_balance(until=until).order_by("currency").values("currency")
    return dict(totals.annotate(total_minor=Sum("balance_minor")).values_list("currency", "total_minor"))


def statement(*, account: Account, start: date, end: date) -> Statement:
    """From ``start`` to ``end`` inclusive, by the days of the post; the entries are read when they are looked at."""
    return Statement(
        account=account,
        opening_minor=_balance(account, start - timedelta(days=1)),
        entries=Entry.objects.filter(account=account).between(start, end).select_related("transaction"),
        closing_minor=_balance(account, end),
    )


def _balance(account: Account, until: date) -> int:
    (amount,) = Account.objects.filter(pk=account.pk).with_balance(until=until).values_list("balance_minor", flat=True)
    return int(amount)
