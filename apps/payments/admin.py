from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.kernel.admin import ModelAdmin, TabularInline
from apps.payments.models import (
    InboundNotice,
    Payment,
    PaymentEvent,
    Refund,
)


class ReadOnly:
    """Money is shown to staff, never edited by them."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class OfTheOwnPost(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """Officers see their own post's money."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.handled_by(request.user)  # type: ignore[no-any-return]


class History(ReadOnly, TabularInline):  # type: ignore[misc]
    model = PaymentEvent
    extra = 0
    fields = ["at", "source", "target", "cause"]


@admin.register(Payment)
class PaymentAdmin(OfTheOwnPost):
    list_display = ["reference", "payable", "amount", "provider", "status", "is_surplus", "created_at"]
    list_filter: ClassVar = ["status", "provider", "is_surplus"]
    search_fields = ["reference__exact", "payable__exact", "provider_txn__exact"]
    ordering = ["-created_at", "-id"]
    inlines = [History]
    fields = [
        "reference", "payable", "quote", "amount", "provider", "provider_txn", "status", "is_surplus",
        "created_at", "expires_at", "captured_at", "ask_at", "asked",
    ]  # fmt: skip

    @admin.display(description=_("amount"))
    def amount(self, payment: Payment) -> str:
        return payment.amount_text


@admin.register(Refund)
class RefundAdmin(OfTheOwnPost):
    """Money that has to go back."""

    list_display = ["number", "payment", "amount", "reason", "status", "owed_at"]
    list_filter: ClassVar = ["status", "reason"]
    list_select_related = ["payment"]
    search_fields = ["number__exact", "payment__reference__exact", "payment__payable__exact"]
    ordering = ["-owed_at"]
    fields = ["payment", "amount", "reason", "status", "owed_at"]

    @admin.display(description=_("amount"))
    def amount(self, refund: Refund) -> str:
        return refund.amount_text


@admin.register(InboundNotice)
class NoticeAdmin(ReadOnly, ModelAdmin):  # type: ignore[misc]
    """What providers sent. A quarantined one contradicts its payment and needs a person."""

    list_display = ["received_at", "merchant", "reference", "outcome", "processed_at"]
    list_filter: ClassVar = ["outcome", "merchant"]
    search_fields = ["reference__exact"]
    ordering = ["-id"]
    fields = ["received_at", "merchant", "reference", "text", "outcome", "processed_at"]

    @admin.display(description=_("body"))
    def text(self, notice: InboundNotice) -> str:
        return notice.body.decode(errors="replace")
