"""The list of cases: tabs instead of filters, nothing that counts or sorts a whole table."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.cases.admin import desk
from apps.cases.admin.clock import clock_tag, day, pressure, promised, waiting
from apps.cases.admin.desk import Tab
from apps.cases.admin.labels import pressure_label, status_label, urgency_label
from apps.cases.models import Case, CaseQuerySet
from apps.kernel.admin import BoundedPaginator, ModelAdmin


class CappedPaginator(BoundedPaginator):
    template_name = "admin/cases/case/pagination.html"

    @property
    def is_capped(self) -> bool:
        return self.count == self.MOST


def tab_of(request: HttpRequest) -> str:
    """A search looks at everything in sight, whichever tab it was typed on."""
    if request.GET.get("q"):
        return Tab.ALL
    tab = request.GET.get("tab", "")
    return tab if tab in Tab.values else Tab.WAITING


class QueueList(ChangeList):
    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        kept: dict[str, Any] = super().get_filters_params(params)
        return {name: value for name, value in kept.items() if name != "tab"}

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> CaseQuerySet:
        cases = cast("CaseQuerySet", super().get_queryset(request, exclude_parameters))
        return desk.on(tab_of(request), cases, cast("User", request.user))

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


class QueueAdmin(ModelAdmin):
    """The columns and the order of the queue."""

    list_display = ["number", "who", "what", "stage", "submitted", "expected", "waits", "officer"]
    list_display_links = ("number", "who")
    list_select_related = ("citizen", "post", "officer")
    sortable_by = ()
    list_per_page = 50
    list_max_show_all = 0
    list_fullwidth = True
    paginator = CappedPaginator
    actions = None
    search_fields = ("number",)
    search_help_text = _("Case number, or the beginning of a name")

    def get_list_display(self, request: HttpRequest) -> Any:
        """Whoever sees more than one post is told which."""
        return [*self.list_display, "post"] if cast("User", request.user).is_superuser else self.list_display

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return QueueList

    def get_queryset(self, request: HttpRequest) -> CaseQuerySet:
        return desk.in_sight(cast("User", request.user))

    def get_ordering(self, request: HttpRequest) -> Any:
        return desk.order(tab_of(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        cases = cast("CaseQuerySet", queryset)
        return (desk.search(cases, search_term) if search_term else cases), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        current = tab_of(request)
        tabs = [{"code": tab.value, "label": tab.label, "is_current": tab == current} for tab in Tab]
        context = {**(extra_context or {}), "title": _("Queue of the post"), "tabs": tabs}
        return super().changelist_view(request, context)

    @admin.display(description=_("citizen"))
    def who(self, case: Case) -> str:
        return case.holder.name

    @admin.display(description=_("procedure"))
    def what(self, case: Case) -> SafeString:
        return format_html("{} {}", case.procedure.label, urgency_label(case))

    @admin.display(description=_("status"))
    def stage(self, case: Case) -> SafeString:
        return status_label(case)

    @admin.display(description=_("submitted"))
    def submitted(self, case: Case) -> SafeString | str:
        return clock_tag(case.submitted_at, case.post)

    @admin.display(description=_("expected"))
    def expected(self, case: Case) -> SafeString:
        return format_html("{} {}", day(promised(case)), pressure_label(pressure(case, now())))

    @admin.display(description=_("waiting"))
    def waits(self, case: Case) -> str:
        return waiting(case, now())
