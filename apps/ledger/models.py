from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.ledger.chart import Kind, pattern
from apps.posts.models import Post
from apps.posts.money import format_money

REVERSAL = "reversal"
"""The kind of every transaction that undoes another, and of no other."""


def in_words(amount_minor: int, currency: str) -> str:
    """An amount as the person in front of it reads it."""
    return format_money(amount_minor, currency, get_language() or "en")


class AccountQuerySet(models.QuerySet["Account"]):
    def handled_by(self, officer: User) -> Self:
        return self.filter(post__in=Post.objects.of_officer(officer))

    def with_balance(self, *, until: date | None = None) -> "models.QuerySet[Any, Any]":
        """``balance_minor`` at the end of that day of the post, or now: the last kept balance and what came after.

        Reads one kept row and the entries of days that are not closed, however long the account has existed.
        """
        end = date.max if until is None else until
        kept = Balance.objects.filter(account=OuterRef("pk"), day__lte=end).order_by("-day")
        since = Coalesce(OuterRef("kept_on"), Value(date.min), output_field=models.DateField())
        later = Entry.objects.filter(account=OuterRef("pk"), booked_on__gt=since, booked_on__lte=end)
        moved = later.order_by().values("account").annotate(moved=Sum("amount_minor")).values("moved")
        return self.annotate(
            kept_on=Subquery(kept.values("day")[:1]),
            balance_minor=_or_nothing(kept.values("amount_minor")[:1]) + _or_nothing(moved),
        )


def _or_nothing(amounts: "models.QuerySet[Any, Any]") -> Coalesce:
    return Coalesce(Subquery(amounts), Value(0), output_field=models.BigIntegerField())


class Account(models.Model):
    """Made when something is first posted to it, and never changed. The database refuses a code outside the chart."""

    post = models.ForeignKey(
        Post, models.PROTECT, related_name="+", db_index=False, editable=False, verbose_name=_("post")
    )
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    code = models.CharField(_("code"), max_length=64, editable=False)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        constraints = [
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="an_account_is_in_a_currency"),
            models.CheckConstraint(
                condition=reduce(or_, (Q(kind=kind, code__regex=pattern(kind)) for kind in Kind)),
                name="an_account_is_of_the_kind_its_code_says",
            ),
            models.UniqueConstraint(fields=["post", "currency", "code"], name="one_account_per_post_currency_and_code"),
            models.UniqueConstraint(fields=["id", "post", "currency"], name="an_account_has_one_post_and_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.currency} {self.code}"


class TransactionQuerySet(models.QuerySet["Transaction"]):
    def handled_by(self, officer: User) -> Self:
        return self.filter(post__in=Post.objects.of_officer(officer))


class Transaction(models.Model):
    """Entries that belong together and are zero in sum. What is wrong is reversed by another one, never edited.

    ``source`` names what moved the money, as in ``payment:<id>``; with ``kind`` it is posted once. ``at`` is when
    the money moved. ``booked_on`` is that day at the post, or the first day after the last closed one: the database
    says which. It also keeps, in columns of its own, which database transaction made the row, and takes no entry from
    any other. ``reason`` names no person.
    """

    post = models.ForeignKey(
        Post, models.PROTECT, related_name="+", db_index=False, editable=False, verbose_name=_("post")
    )
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    kind = models.CharField(_("kind"), max_length=32, editable=False)
    source = models.CharField(_("source"), max_length=100, editable=False)
    at = models.DateTimeField(_("at"), editable=False)
    booked_on = models.DateField(_("booked on"), db_default=Now(), editable=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)
    reverses = models.OneToOneField(
        "self", models.PROTECT, related_name="reversal", null=True, editable=False, verbose_name=_("reverses")
    )

    objects = TransactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger transaction")
        verbose_name_plural = _("ledger transactions")
        constraints = [
            models.CheckConstraint(condition=Q(kind__regex="^[a-z][a-z_]*$"), name="a_transaction_is_of_a_kind"),
            models.CheckConstraint(condition=~Q(source=""), name="a_transaction_says_where_it_comes_from"),
            models.CheckConstraint(
                condition=Q(kind=REVERSAL, reverses__isnull=False) | ~Q(kind=REVERSAL) & Q(reverses=None),
                name="a_reversal_says_what_it_reverses",
            ),
            models.UniqueConstraint(fields=["source", "kind"], name="a_source_is_posted_once_in_each_kind"),
            models.UniqueConstraint(
                fields=["id", "post", "currency", "booked_on"], name="a_transaction_has_one_post_currency_and_day"
            ),
        ]
        indexes = [models.Index(fields=["post", "-id"], name="transactions_of_a_post")]

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"


class EntryQuerySet(models.QuerySet["Entry"]):
    def between(self, start: date, end: date) -> Self:
        """Booked from ``start`` to ``end`` inclusive, in the order in which they came."""
        return self.filter(booked_on__range=(start, end)).order_by("booked_on", "pk")


class Entry(models.Model):
    """One line of a transaction. ``amount_minor`` counts the smallest unit: a debit is positive, a credit negative.

    Post, currency and day are those of its transaction, post and currency those of its account: the database has them
    in its foreign keys, which therefore are not Django's.
    """

    transaction = models.ForeignKey(
        Transaction, models.PROTECT, related_name="entries", db_constraint=False, db_index=False, editable=False
    )
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="entries",
        db_constraint=False,
        db_index=False,
        editable=False,
        verbose_name=_("ledger account"),
    )
    post = models.ForeignKey(
        Post, models.PROTECT, related_name="+", db_constraint=False, db_index=False, editable=False
    )
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    booked_on = models.DateField(_("booked on"), editable=False)
    amount_minor = models.BigIntegerField(_("amount"), editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="an_entry_has_an_amount"),
            models.UniqueConstraint(fields=["transaction", "account"], name="one_entry_per_account_of_a_transaction"),
        ]
        indexes = [
            models.Index(fields=["account", "booked_on", "id"], name="entries_of_an_account", include=["amount_minor"])
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount_minor}"

    @property
    def amount_text(self) -> str:
        return in_words(self.amount_minor, self.currency)


class Balance(models.Model):
    """An account at the end of a closed day on which it moved. The database alone writes it, when it closes the day."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="balances", db_index=False, editable=False)
    day = models.DateField(_("day"), editable=False)
    amount_minor = models.BigIntegerField(_("balance"), editable=False)

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="one_balance_per_account_and_day")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.amount_minor}"


class Closing(models.Model):
    """A post's books in one currency are closed to the end of ``day``: nothing is booked on it, or before, any more."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="+", db_index=False, editable=False)
    currency = models.CharField(_("currency"), max_length=3, editable=False)
    day = models.DateField(_("day"), editable=False)

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        constraints = [
            models.UniqueConstraint(fields=["post", "currency", "day"], name="a_day_is_closed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.currency} {self.day}"
