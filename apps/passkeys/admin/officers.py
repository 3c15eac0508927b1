"""Accounts of staff with their passkeys; an administrator makes enrolment links here and removes what was lost."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from apps.accounts.admin import OfficerUserAdmin, SuperuserAdmin, nobody, superuser
from apps.accounts.models import OfficerUser
from apps.kernel.errors import DomainError
from apps.passkeys import services
from apps.passkeys.admin import session
from apps.passkeys.models import Passkey
from apps.passkeys.party import enrolment_address

WHO = (None, {"fields": ["username", "email", "language", "time_zone"]})


class OfficerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new account without a password: nobody has one in production."""

    class Meta:
        model = OfficerUser
        fields = ("username", "email", "language", "time_zone")

    def clean_email(self) -> str | None:
        return (self.cleaned_data["email"] or "").lower() or None

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - Django's own signature
        self.instance.set_unusable_password()
        return super().save(commit)


admin.site.unregister(OfficerUser)


@admin.register(OfficerUser)
class OfficerScreens(OfficerUserAdmin):
    """User name, address and rights of an officer; the post is assigned where posts are."""

    actions = ["make_links"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **more: Any) -> Any:  # noqa: FBT001, FBT002
        own = {} if settings.SANDBOX or obj else {"form": OfficerForm}
        return super().get_form(request, obj, change=change, **more, **own)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        shown = super().get_fieldsets(request, obj)
        if settings.SANDBOX:
            return shown
        return [WHO] if obj is None else [WHO, *shown[1:]]

    @admin.action(description=_("Make an enrolment link"))
    def make_links(self, request: HttpRequest, queryset: QuerySet[OfficerUser]) -> HttpResponse | None:
        """Shown once, on this page; whoever has it adds a passkey to that account."""
        made = []
        for user in queryset:
            try:
                token = services.invite(user=user, made_by=session.officer_of(request), at=now())
            except DomainError as refused:
                messages.error(request, f"{user}: {refused}")
            else:
                made.append({"user": user, "link": enrolment_address(token)})
        if not made:
            return None
        shown = {**self.admin_site.each_context(request), "title": _("Enrolment links"), "made": made}
        return TemplateResponse(request, "passkeys/links.html", shown)

    def has_make_links_permission(self, request: HttpRequest) -> bool:
        return superuser(self, request)


@admin.register(Passkey)
class PasskeyScreens(SuperuserAdmin):
    """To read, and to remove."""

    list_display = ["user", "name", "created_at", "last_used_at", "backed_up", "removed_at"]
    list_select_related: ClassVar = ["user"]
    search_fields = ["user__username"]
    fields = [
        "user", "name", "aaguid", "sign_count", "backup_eligible", "backed_up", "created_at", "last_used_at",
        "removed_at",
    ]  # fmt: skip
    actions = ["remove"]
    has_delete_permission = nobody

    @admin.action(description=_("Remove the passkey"))
    def remove(self, request: HttpRequest, queryset: QuerySet[Passkey]) -> None:
        for passkey in queryset:
            services.remove(passkey=passkey, by=session.officer_of(request), at=now())
        messages.success(request, _("Removed. Sessions opened with it have ended."))
