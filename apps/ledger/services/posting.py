from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db import transaction as database
from django.utils.translation import gettext_lazy as _

from apps.kernel.errors import Conflict, Invalid, violated
from apps.ledger.chart import kind_of
from apps.ledger.models import REVERSAL, Account, Entry, Transaction
from apps.posts.models import Post


@database.atomic
def post(
    *, kind: str, source: str, post: Post, currency: str, entries: Mapping[str, int], at: datetime, reason: str = ""
) -> Transaction:
    """Write one balanced transaction of a post, in the caller's database transaction.

    ``entries`` are amounts in minor units by the code of the account: a debit is positive, a credit negative, and
    nothing is left out. The same source and kind again, with the same entries, answers with the first transaction.
    Raises ``Conflict`` (``posted_otherwise``) when they differ, and ``Invalid`` (``inexact``, ``nothing_to_post``,
    ``unbalanced``, ``unknown_account``).
    """
    amounts = _amounts(entries)
    accounts = _accounts(post, currency, amounts)
    facts = {"post": post, "currency": currency, "at": at, "booked_on": post.today(at), "reason": reason}
    made, is_new = Transaction.objects.get_or_create(source=source, kind=kind, defaults=facts)
    if is_new:
        _write(made, {account: amounts[account.code] for account in accounts})
    elif (made.post_id, made.currency, _written(made)) != (post.pk, currency, amounts):
        raise Conflict(_("This was posted before, with other amounts."), code="posted_otherwise")
    return made


@database.atomic
def reverse(*, transaction: Transaction, source: str, at: datetime, reason: str = "") -> Transaction:
    """Undo a transaction by one with the opposite amounts, booked on the day of ``at`` at the post.

    Twice with the same source is once. Raises ``Conflict``: ``already_reversed`` on behalf of another source,
    ``posted_otherwise`` when that source has reversed another transaction.
    """
    facts = {
        "kind": REVERSAL,
        "source": source,
        "post": transaction.post,
        "currency": transaction.currency,
        "at": at,
        "booked_on": transaction.post.today(at),
        "reason": reason,
    }
    try:
        made, is_new = Transaction.objects.get_or_create(reverses=transaction, defaults=facts)
    except IntegrityError as error:
        if violated(error) != "a_source_is_posted_once_in_each_kind":
            raise
        raise Conflict(_("This was posted before, with other amounts."), code="posted_otherwise") from error
    if is_new:
        entries = Entry.objects.filter(transaction=transaction).select_related("account")
        _write(made, {entry.account: -entry.amount_minor for entry in entries})
    elif made.source != source:
        raise Conflict(_("This is already reversed."), code="already_reversed")
    return made


def _amounts(entries: Mapping[str, int]) -> dict[str, int]:
    """By code, without zeros: what will be written, or the reason why it cannot be."""
    if any(type(amount) is not int for amount in entries.values()):
        raise Invalid(code="inexact")
    amounts = {code: amount for code, amount in entries.items() if amount}
    if not amounts:
        raise Invalid(code="nothing_to_post")
    if sum(amounts.values()):
        raise Invalid(code="unbalanced")
    if not all(kind_of(code) for code in amounts):
        raise Invalid(code="unknown_account")
    return amounts


def _accounts(post: Post, currency: str, codes: Iterable[str]) -> list[Account]:
    """The accounts of these codes, made on first use: in order, so that two first uses never wait in a circle."""
    wanted = sorted(codes)
    there = Account.objects.filter(post=post, currency=currency, code__in=wanted)
    found = list(there)
    if len(found) < len(wanted):
        new = (Account(post=post, currency=currency, code=code, kind=str(kind_of(code))) for code in wanted)
        Account.objects.bulk_create(new, ignore_conflicts=True)
        found = list(there.all())
    return found


def _write(made: Transaction, amounts: Mapping[Account, int]) -> None:
    facts: dict[str, Any] = {"transaction": made, "post_id": made.post_id, "currency": made.currency}
    Entry.objects.bulk_create(
        Entry(account=account, amount_minor=amount, booked_on=made.booked_on, **facts)
        for account, amount in amounts.items()
    )


def _written(made: Transaction) -> dict[str, int]:
    return dict(Entry.objects.filter(transaction=made).values_list("account__code", "amount_minor"))
