from typing import ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.kernel.admin import ModelAdmin
from apps.outbox import services
from apps.outbox.models import Delivery


@admin.register(Delivery)
class DeliveryAdmin(ModelAdmin):
    """What is owed and not yet done. Parked rows wait here for a person."""

    list_display = ["id", "reaction", "attempts", "created_at", "due_at", "done_at", "error"]
    list_filter: ClassVar = [
        "queue",
        ("done_at", admin.EmptyFieldListFilter),
        ("due_at", admin.EmptyFieldListFilter),
    ]
    actions = ["replay"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("outbox.replay_delivery")

    @admin.action(description=_("Try the parked ones again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        count = services.replay(pks=list(queryset.values_list("pk", flat=True)))
        self.message_user(request, ngettext("%d is due again", "%d are due again", count) % count, messages.SUCCESS)
