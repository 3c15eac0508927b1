from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from apps.accounts.models import Citizen, Consent, Device, OfficerUser, Relation, User
from apps.audit.services import record
from apps.kernel.admin import ModelAdmin, TabularInline
from apps.kernel.workflow import Actor, By


def superuser(admin: Any, request: HttpRequest, obj: Any = None) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


def nobody(admin: Any, request: HttpRequest, obj: Any = None) -> bool:
    return False


class SuperuserAdmin(ModelAdmin):
    """To read. Accounts and the people behind them are no business of a post's officers."""

    has_module_permission = has_view_permission = superuser
    has_add_permission = has_change_permission = has_delete_permission = nobody


class SuperuserInline(TabularInline):
    has_view_permission = superuser
    has_add_permission = has_change_permission = has_delete_permission = nobody


class OfficerCreationForm(UserCreationForm):
    class Meta:
        model = OfficerUser
        fields = ("username",)


class OfficerChangeForm(UserChangeForm):
    class Meta:
        model = OfficerUser
        fields = "__all__"


@admin.register(OfficerUser)
class OfficerUserAdmin(UserAdmin, SuperuserAdmin):  # type: ignore[misc, type-arg]
    """User name and password of an officer; the post is assigned where posts are."""

    form, add_form, change_password_form = OfficerChangeForm, OfficerCreationForm, AdminPasswordChangeForm
    list_display = ["username", "is_active", "is_superuser", "last_login"]
    list_filter: ClassVar = ["is_active", "is_superuser"]
    search_fields = ["username"]
    ordering = ["username"]
    readonly_fields = ["last_login", "created_at"]
    filter_horizontal: ClassVar = ["groups", "user_permissions"]
    fieldsets: ClassVar = [
        (None, {"fields": ["username", "password", "language", "time_zone"]}),
        (_("Permissions"), {"fields": ["is_active", "is_superuser", "groups", "user_permissions"]}),
        (_("Dates"), {"fields": ["last_login", "created_at"]}),
    ]
    add_fieldsets = [  # type: ignore[assignment]  # unfold types it as the empty tuple
        (None, {"fields": ["username", "usable_password", "password1", "password2"]})
    ]

    has_module_permission = has_view_permission = superuser
    has_add_permission = has_change_permission = superuser
    has_delete_permission = nobody

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(is_staff=True)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        obj.is_staff = True
        super().save_model(request, obj, form, change)


class Devices(SuperuserInline):
    model = Device
    fields = ["name", "language", "created_at", "last_seen_at", "expires_at", "revoked_at"]


@admin.register(User)
class AccountAdmin(SuperuserAdmin):
    """Citizens' accounts."""

    list_display = ["id", "email", "phone", "language", "is_active", "created_at"]
    search_fields = ["email__exact", "phone__exact"]
    fields = ["email", "phone", "language", "time_zone", "is_active", "created_at"]
    readonly_fields = ["created_at"]
    inlines = [Devices]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(is_staff=False)


class Relations(SuperuserInline):
    model = Relation
    fields = ["user", "kind", "created_at"]
    readonly_fields = ["created_at"]


class Consents(SuperuserInline):
    model = Consent
    fields = ["purpose", "text_version", "text_sha256", "language", "device", "at"]


@admin.register(Citizen)
class CitizenAdmin(SuperuserAdmin):
    list_display = ["name", "surname", "given_names", "born_on", "created_at"]
    search_fields = ["name__exact", "identity_number__exact"]
    inlines = [Relations, Consents]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Whoever opens somebody's data leaves a trace (Personal Information Protection Law art. 51, 54)."""
        answer = super().change_view(request, object_id, form_url, extra_context)
        if answer.status_code == 200:  # noqa: PLR2004
            reader = Actor(By.OFFICER, request.user)
            record(actor=reader, action="citizen_viewed", subject=f"citizen:{object_id}", at=now())
        return answer
