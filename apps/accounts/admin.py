from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from apps.accounts.addresses import EMAIL, mask
from apps.accounts.models import Citizen, Consent, Device, Mandate, OfficerUser, Relation, User
from apps.accounts.services import trust
from apps.audit.services import record
from apps.kernel.admin import ModelAdmin, TabularInline, officer
from apps.kernel.errors import DomainError


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
    fields = [
        "name", "language", "channel", "created_at", "last_seen_at", "expires_at", "revoked_at", "trusted_at",
        "trusted_by",
    ]  # fmt: skip


@admin.register(User)
class AccountAdmin(SuperuserAdmin):
    """Citizens' accounts."""

    list_display = ["id", "email", "phone", "language", "is_active", "created_at"]
    search_fields = ["email__exact", "phone__exact"]
    fields = [
        "email", "phone", "email_flagged_at", "phone_flagged_at", "language", "time_zone", "is_active", "created_at",
    ]  # fmt: skip
    readonly_fields = ["created_at"]
    inlines = [Devices]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(is_staff=False)


@admin.register(Device)
class CounterAdmin(ModelAdmin):
    """At the counter: who shows their papers gets their new device let in. Found by the whole address only (ADR 7)."""

    list_display = ["name", "entered_by", "created_at", "last_seen_at"]
    list_display_links = None
    search_fields = ["user__email__exact", "user__phone__exact"]
    search_help_text = _("The whole e-mail address, or the phone number with + and country code.")
    actions = ["let_in", "refuse"]

    has_add_permission = has_change_permission = has_delete_permission = nobody

    def has_confirm_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.confirm_device")

    has_module_permission = has_view_permission = has_confirm_permission

    def get_queryset(self, request: HttpRequest) -> QuerySet[Device]:
        return Device.objects.live().on_probation().select_related("user")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Device], search_term: str
    ) -> tuple[QuerySet[Device], bool]:
        """Without an address there is no list: nobody browses other people's devices."""
        if not search_term.strip():
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term.strip())

    @admin.display(description=_("came in by"))
    def entered_by(self, device: Device) -> str:
        return mask((device.user.email if device.channel == EMAIL else device.user.phone) or "")

    @admin.action(description=_("Let in: I have seen the person and their papers"), permissions=["confirm"])
    def let_in(self, request: HttpRequest, queryset: QuerySet[Device]) -> None:
        self._each(request, queryset, trust.confirm_at_counter)

    @admin.action(description=_("Refuse: it is not theirs"), permissions=["confirm"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[Device]) -> None:
        self._each(request, queryset, trust.deny)

    def _each(self, request: HttpRequest, queryset: QuerySet[Device], act: Callable[..., Any]) -> None:
        done = 0
        for device in queryset:
            try:
                act(device=device, actor=officer(request), at=now())
                done += 1
            except DomainError as refused:
                self.message_user(request, str(refused.detail), messages.ERROR)
        if done:
            self.message_user(request, _("Done."), messages.SUCCESS)


class Relations(SuperuserInline):
    model = Relation
    fields = ["user", "kind", "created_at"]
    readonly_fields = ["created_at"]


class Mandates(SuperuserInline):
    model = Mandate
    fields = ["helper", "scopes", "granted_by", "granted_at", "accepted_at", "expires_at", "revoked_at"]


class Consents(SuperuserInline):
    model = Consent
    fields = ["purpose", "text_version", "text_sha256", "language", "device", "at", "withdrawn_at"]


@admin.register(Citizen)
class CitizenAdmin(SuperuserAdmin):
    list_display = ["name", "surname", "given_names", "born_on", "created_at"]
    search_fields = ["name__exact", "identity_number__exact"]
    inlines = [Relations, Mandates, Consents]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Whoever opens somebody's data leaves a trace (Personal Information Protection Law art. 51, 54)."""
        answer = super().change_view(request, object_id, form_url, extra_context)
        if answer.status_code == 200:  # noqa: PLR2004
            reader = officer(request)
            whose = UUID(object_id)
            record(actor=reader, action="citizen_viewed", subject=f"citizen:{whose}", at=now(), citizen=whose)
        return answer
