"""The base of the staff screens, so that the theme stays replaceable and no list counts what grows."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold.admin import ModelAdmin as ThemedModelAdmin
from unfold.admin import TabularInline

from apps.kernel.workflow import Actor, By

__all__ = ["BoundedPaginator", "ModelAdmin", "TabularInline", "officer"]


def officer(request: HttpRequest) -> Actor:
    """Who acts at the desk."""
    return Actor(By.OFFICER, request.user)


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than anybody pages; whoever needs more searches."""

    MOST = 1000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        # in their order, which has an index: without one a small share of a large table is looked for end to end
        return int(rows[: self.MOST].count())


class ModelAdmin(ThemedModelAdmin):
    paginator = BoundedPaginator
    show_full_result_count = False
