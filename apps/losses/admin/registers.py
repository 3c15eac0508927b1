from django.contrib import admin

from apps.kernel.admin import ModelAdmin
from apps.losses.models import CertificateTerm, IssuingAuthority


@admin.register(IssuingAuthority)
class IssuingAuthorityAdmin(ModelAdmin):
    """Who issues passports, and how they are reached."""

    list_display = ["code", "name_zh", "name_en", "email"]


@admin.register(CertificateTerm)
class CertificateTermAdmin(ModelAdmin):
    """How long certificates are good for: a rule changes by a new line, not by editing an old one."""

    list_display = ["kind", "days", "active_from", "active_to"]
