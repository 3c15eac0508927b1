from django.contrib import admin
from django.http import HttpRequest

from apps.audit.models import Entry
from apps.kernel.admin import ModelAdmin


@admin.register(Entry)
class EntryAdmin(ModelAdmin):
    list_display = ["at", "actor", "action", "subject"]
    search_fields = ["subject__exact", "actor__exact"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False
