from django.contrib import admin

from apps.accounts.admin import SuperuserAdmin
from apps.losses.models import LossReport


@admin.register(LossReport)
class LossReportAdmin(SuperuserAdmin):
    """To read. Officers see the reports of their post's cases beside the case."""

    list_display = ["masked_number", "citizen", "country", "lost_on", "status", "created_at"]
    list_filter = ["status"]
    list_select_related = ["citizen"]
    search_fields = ["passport_number__exact"]
