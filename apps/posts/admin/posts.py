"""A post with its hours, closures, services and districts; who works there."""

from itertools import pairwise

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.kernel.admin import ModelAdmin, TabularInline
from apps.posts.admin.own import OfThePost, own_posts
from apps.posts.models import Closure, District, Officer, OpeningRule, Post, Service


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
        """How much one person may give back alone is no decision of one person: the operator sets it."""
        always = ["refund_alone_minor"]
        return [*always, "code", "currency"] if obj else always

    @admin.display(description=_("name"), ordering="name_zh")
    def name(self, post: Post) -> str:
        return post.name

    @admin.display(description=_("city"))
    def city(self, post: Post) -> str:
        return post.city


@admin.register(Officer)
class OfficerAdmin(OfThePost):
    list_display = ["user", "post"]
    list_filter = ["post"]
    raw_id_fields = ["user"]
