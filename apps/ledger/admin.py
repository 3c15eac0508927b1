from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.kernel.admin import ModelAdmin, TabularInline
from apps.ledger.models import Account, Entry, Transaction, in_words


class ReadOnly:
    """The books are shown to staff, never edited by them."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class OfTheOwnPost(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Officers see the books of their own post."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.handled_by(request.user)  # type: ignore[no-any-return]


@admin.register(Account)
class AccountAdmin(OfTheOwnPost):
    """A debit balance is positive, a credit balance negative."""

    list_display = ["code", "kind", "post_code", "currency", "balance"]
    list_filter: ClassVar = ["kind", "currency"]
    search_fields = ["code__exact", "post__code__exact"]
    ordering = ["post", "currency", "code"]
    fields = ["code", "kind", "post", "currency", "balance"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.with_balance()  # type: ignore[no-any-return]

    @admin.display(description=_("post"), ordering="post")
    def post_code(self, account: Account) -> str:
        return account.post_id

    @admin.display(description=_("balance"))
    def balance(self, account: Any) -> str:
        return in_words(account.balance_minor, account.currency)


class Entries(ReadOnly, TabularInline):  # type: ignore[misc]
    model = Entry
    extra = 0
    fields = ["account", "amount"]
    readonly_fields = ["account", "amount"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("account").order_by("pk")

    @admin.display(description=_("amount"))
    def amount(self, entry: Entry) -> str:
        return entry.amount_text


@admin.register(Transaction)
class TransactionAdmin(OfTheOwnPost):
    """The newest first. A search is for a whole source, which is indexed."""

    list_display = ["source", "kind", "post_code", "currency", "booked_on", "at", "reason"]
    list_filter: ClassVar = ["currency"]
    search_fields = ["source__exact"]
    ordering = ["-id"]
    sortable_by = ()
    inlines = [Entries]
    fields = ["source", "kind", "post", "currency", "at", "booked_on", "reason", "reverses", "reversed_by"]

    @admin.display(description=_("post"))
    def post_code(self, transaction: Transaction) -> str:
        return transaction.post_id

    @admin.display(description=_("reversed by"))
    def reversed_by(self, transaction: Transaction) -> str:
        return str(Transaction.objects.filter(reverses=transaction).first() or "")
