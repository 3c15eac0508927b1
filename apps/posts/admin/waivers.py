from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.kernel.errors import DomainError, Forbidden, IllegalMove
from apps.posts import services
from apps.posts.admin.own import OfThePost
from apps.posts.models import Waiver

LIST = "admin:posts_waiver_changelist"
ACTS = {"approve": services.approve_waiver, "withdraw": services.withdraw_waiver}


class Waiting(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", gettext_lazy("Waiting for approval")), ("approved", gettext_lazy("Approved"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {"waiting": Waiver.objects.waiting(), "approved": Waiver.objects.approved()}.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(pk__in=chosen)


@admin.register(Waiver)
class WaiverAdmin(OfThePost):
    """Requested by one officer, approved or taken off the list by another."""

    list_display = ["payable", "post", "reason", "requested_by", "requested_at", "approved_by", "approved_at"]
    list_filter: ClassVar = [Waiting, "reason", "post"]
    list_select_related = ["requested_by", "approved_by"]
    search_fields = ["payable__exact"]
    fields = ["post", "payable", "reason"]
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Waiver | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Waiver | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Waiver | None = None) -> bool:
        rights = ("posts.approve_waiver", "posts.add_waiver")
        return super().has_view_permission(request, obj) or any(request.user.has_perm(right) for right in rights)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        made = services.request_waiver(
            payable=obj.payable, post=obj.post, reason=obj.reason, officer=cast("User", request.user), at=now()
        )
        obj.pk = made.pk

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        waiver: Waiver | None = self.get_object(request, object_id)
        if waiver is None or not self.has_view_permission(request, waiver):
            self.message_user(request, _("There is no such waiver at your post."), messages.WARNING)
            return HttpResponseRedirect(reverse(LIST))
        return self._act(request, waiver) if request.method == "POST" else self._page(request, waiver)

    def _act(self, request: HttpRequest, waiver: Waiver) -> HttpResponse:
        try:
            act = ACTS.get(request.POST.get("act", ""))
            if act is None:
                raise IllegalMove
            act(waiver=waiver, officer=cast("User", request.user), at=now())
        except DomainError as refused:
            self.message_user(request, str(refused.detail), messages.ERROR)
            # 403 is put on record as every refusal at the desk is
            return self._page(request, waiver, status=403 if isinstance(refused, Forbidden) else 409)
        self.message_user(request, _("Done."), messages.SUCCESS)
        return HttpResponseRedirect(reverse(LIST))

    def _page(self, request: HttpRequest, waiver: Waiver, *, status: int = 200) -> HttpResponse:
        officer = cast("User", request.user)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": waiver,
            "title": waiver.payable,
            "waiver": waiver,
            "is_own": waiver.requested_by == officer,
            "may_approve": officer.has_perm("posts.approve_waiver"),
        }
        return TemplateResponse(request, "admin/posts/waiver/waiver.html", context, status=status)
