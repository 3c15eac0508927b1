from django.contrib import admin

from apps.kernel.admin import ModelAdmin
from apps.travel_documents.models import Validity


@admin.register(Validity)
class ValidityAdmin(ModelAdmin):
    """How long documents are good for: a rule changes by a new line, not by editing an old one."""

    list_display = ["service", "days_after_travel", "active_from", "active_to"]
