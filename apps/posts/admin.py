"""Staff screens: a post with its hours, closures, services and districts; its tariff, line by line."""

from itertools import pairwise
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.kernel.admin import ModelAdmin, TabularInline
from apps.posts.models import Closure, District, Officer, OpeningRule, Post, Service, Tariff
from apps.posts.money import format_money


def own_posts(request: HttpRequest) -> QuerySet[Post]:
    """Every post to a superuser; to anyone else the one where they work."""
    user = cast("User", request.user)
    return Post.objects.all() if user.is_superuser else Post.objects.of_officer(user)


class HoursFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """Django leaves inline rows out when it asks the constraint, so hours are compared here."""

    def clean(self) -> None:
        """Raises ``ValidationError`` when hours overlap each other or hours stored meanwhile."""
        super().clean()
        sent = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        kept = [(row["weekday"], row["opens"], row["closes"]) for row in sent if not row.get("DELETE")]
        known = [row["id"].pk for row in sent if row.get("id")]
        stored = OpeningRule.objects.filter(post=self.instance.pk).exclude(pk__in=known)
        hours = sorted([*kept, *stored.values_list("weekday", "opens", "closes")])
        for (day, _opens, closes), (next_day, next_opens, _closes) in pairwise(hours):
            if day == next_day and next_opens < closes:
                raise ValidationError(_("These hours overlap others of the same day."), code="overlap")


class HoursInline(TabularInline):
    model = OpeningRule
    formset = HoursFormSet  # type: ignore[assignment]
    extra = 0


class ClosureInline(TabularInline):
    model = Closure
    extra = 0


class ServiceInline(TabularInline):
    model = Service
    extra = 0


class DistrictInline(TabularInline):
    model = District
    extra = 0


@admin.register(Post)
class PostAdmin(ModelAdmin):
    """Code and currency stay once chosen: papers, prices and payments name them."""

    list_display = ["code", "name", "kind", "country", "city", "time_zone", "currency", "is_open"]
    list_filter = ["kind", "policy", "is_open"]
    search_fields = ["code", "name_zh", "name_en", "city_zh", "city_en"]
    inlines = [HoursInline, ClosureInline, ServiceInline, DistrictInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        return own_posts(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Post | None = None) -> list[str]:
        return ["code", "currency"] if obj else []

    @admin.display(description=_("name"), ordering="name_zh")
    def name(self, post: Post) -> str:
        return post.name

    @admin.display(description=_("city"))
    def city(self, post: Post) -> str:
        return post.city


class OfThePost(ModelAdmin):
    """What belongs to a post is for the staff of that post."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(post__in=own_posts(request)).select_related("post")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "post":
            kwargs["queryset"] = own_posts(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class TariffForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of a line in force only the end may be decided, and not in the past: people were told the rest."""

    class Meta:
        model = Tariff
        fields = [
            "post", "service", "component", "currency", "amount_minor", "active_from", "active_to",
            "legal_basis_zh", "legal_basis_en",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self._in_force():
            for name, field in self.fields.items():
                field.disabled = name != "active_to"

    def _in_force(self) -> bool:
        line = self.instance
        return line.pk is not None and line.has_begun(line.post.today(now()))

    def clean_active_to(self) -> Any:
        end = self.cleaned_data["active_to"]
        if end and self._in_force() and end <= self.instance.post.today(now()):
            raise ValidationError(_("A line in force can end tomorrow at the earliest."), code="in_the_past")
        return end


@admin.register(Tariff)
class TariffAdmin(OfThePost):
    """A line that is over is history: it can be read, never changed."""

    form = TariffForm
    list_display = ["post", "service", "component", "amount", "active_from", "active_to"]
    list_filter = ["service", "component", "post"]
    search_fields = ["post__code", "service"]
    date_hierarchy = "active_from"

    def has_change_permission(self, request: HttpRequest, obj: Tariff | None = None) -> bool:
        over = obj is not None and obj.is_over(obj.post.today(now()))
        return not over and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Tariff | None = None) -> bool:
        """Only what never was in force, one line at a time."""
        never = obj is not None and not obj.has_begun(obj.post.today(now()))
        return never and bool(super().has_delete_permission(request, obj))

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, line: Tariff) -> str:
        return format_money(line.amount_minor, line.currency, get_language() or "zh-hans")


@admin.register(Officer)
class OfficerAdmin(OfThePost):
    list_display = ["user", "post"]
    list_filter = ["post"]
    raw_id_fields = ["user"]
