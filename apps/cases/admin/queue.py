"""The list of cases: tabs instead of filters, nothing that counts or sorts a whole table."""

from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.views import ChangeList

from apps.accounts.models import User
from apps.cases.admin import desk
from apps.cases.admin.clock import Pressure, clock_tag, day, pressure, waiting
from apps.cases.admin.desk import Tab
from apps.cases.models import Case, CaseQuerySet, Urgency
from apps.cases.statuses import Status
from apps.kernel.admin import ModelAdmin

COLOURS = {
    Status.SUBMITTED: "info",
    Status.PRELIMINARY_REVIEW: "primary",
    Status.INFO_REQUESTED: "warning",
    Status.PAYMENT_DUE: "warning",
    Status.PRODUCTION: "info",
    Status.READY_TO_COLLECT: "success",
    Status.COLLECTED: "success",
    Status.RETURNED: "default",
    Status.REFUSED: "danger",
    Status.WITHDRAWN: "default",
}
URGENCY_COLOURS = {Urgency.URGENT: "warning", Urgency.EXPRESS: "danger"}
PRESSURE_COLOURS = {Pressure.OVERDUE: "danger", Pressure.SOON: "warning"}


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than anybody pages; whoever needs more searches."""

    MOST = 1000
    template_name = "admin/cases/case/pagination.html"

    @cached_property
    def count(self) -> int:
        return min(self.MOST, self.object_list.order_by()[: self.MOST + 1].count())  # type: ignore[union-attr]

    @property
    def is_capped(self) -> bool:
        return self.count == self.MOST


def tab_of(request: HttpRequest) -> str:
    """A search looks at everything in sight, whichever tab it was typed on."""
    if request.GET.get("q"):
        return Tab.ALL
    tab = request.GET.get("tab", "")
    return tab if tab in Tab.values else Tab.WAITING


class QueueList(ChangeList):  # type: ignore[misc]
    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        kept: dict[str, Any] = super().get_filters_params(params)
        return {name: value for name, value in kept.items() if name != "tab"}

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> CaseQuerySet:
        cases: CaseQuerySet = super().get_queryset(request, exclude_parameters)
        return desk.on(tab_of(request), cases, cast("User", request.user))

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count


class QueueAdmin(ModelAdmin):  # type: ignore[misc]
    """The columns and the order of the queue."""

    list_display = ("number", "who", "what", "urgent", "stage", "submitted", "due", "pressing", "waits", "officer")
    list_display_links = ("number", "who")
    list_select_related = ("citizen", "post", "officer")
    sortable_by = ()
    list_per_page = 50
    list_max_show_all = 0
    list_fullwidth = True
    show_full_result_count = False
    paginator = CappedPaginator
    actions = None
    search_fields = ("number",)
    search_help_text = _("Case number, or the beginning of a name")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[QueueList]:
        return QueueList

    def get_queryset(self, request: HttpRequest) -> CaseQuerySet:
        return desk.in_sight(cast("User", request.user))

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return desk.order(tab_of(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        cases = cast("CaseQuerySet", queryset)
        return (desk.search(cases, search_term) if search_term else cases), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        current = tab_of(request)
        tabs = [{"code": tab.value, "label": tab.label, "is_current": tab == current} for tab in Tab]
        return super().changelist_view(request, {**(extra_context or {}), "title": _("Queue of the post"), "tabs": tabs})

    @admin.display(description=_("citizen"))
    def who(self, case: Case) -> str:
        return case.citizen.name

    @admin.display(description=_("procedure"))
    def what(self, case: Case) -> str:
        return str(case.procedure.label)

    @display(description=_("urgency"), label=URGENCY_COLOURS)  # type: ignore[untyped-decorator]
    def urgent(self, case: Case) -> tuple[str, str] | str:
        return "" if case.urgency == Urgency.NORMAL else (case.urgency, case.get_urgency_display())

    @display(description=_("status"), label=COLOURS)  # type: ignore[untyped-decorator]
    def stage(self, case: Case) -> tuple[str, str]:
        return case.status, str(case.state.label)

    @admin.display(description=_("submitted"))
    def submitted(self, case: Case) -> SafeString | str:
        return clock_tag(case.submitted_at, case.post)

    @admin.display(description=_("due"))
    def due(self, case: Case) -> str:
        return day(case.due_on)

    @display(description=_("deadline"), label=PRESSURE_COLOURS)  # type: ignore[untyped-decorator]
    def pressing(self, case: Case) -> tuple[str, str] | str:
        found = pressure(case, now())
        return (found.value, str(found.label)) if found else ""

    @admin.display(description=_("waiting"))
    def waits(self, case: Case) -> str:
        return waiting(case, now())
