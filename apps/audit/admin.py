from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from apps.audit.models import Batch, Entry
from apps.kernel.admin import ModelAdmin


class ReadOnly(ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Entry)
class EntryAdmin(ReadOnly):
    """The newest first. A search is for a whole subject, actor or citizen, which are indexed."""

    list_display = ["at", "actor", "action", "subject", "citizen"]
    search_fields = ["subject__exact"]
    ordering = ["-id"]
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        wanted = search_term.replace("\0", "").strip()
        if not wanted:
            return queryset, False
        same = Q(subject=wanted) | Q(actor=wanted)
        return queryset.filter(same | Q(citizen=citizen) if (citizen := _uuid(wanted)) else same), False


@admin.register(Batch)
class BatchAdmin(ReadOnly):
    list_display = ["number", "first", "last", "count", "sealed_at", "published_at"]
    search_fields = ["number__exact"]
    ordering = ["-number"]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
