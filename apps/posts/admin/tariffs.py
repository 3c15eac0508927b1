"""The tariff, line by line: whoever proposes one needs somebody else to approve it, who sees what it would change."""

from datetime import date
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.kernel.errors import DomainError, Forbidden, IllegalMove, Invalid
from apps.posts import services
from apps.posts.admin import lines
from apps.posts.admin.own import OfThePost
from apps.posts.models import Tariff

LIST = "admin:posts_tariff_changelist"


class TariffForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Tariff
        fields = [
            "post", "service", "component", "applicant_class", "currency", "amount_minor", "active_from", "active_to",
            "legal_basis_zh", "legal_basis_en",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any] | None:
        """Raises ``ValidationError`` for a line that would have to begin before anybody could have known it."""
        given = super().clean()
        begins, post = self.cleaned_data.get("active_from"), self.cleaned_data.get("post")
        if begins and post and begins <= post.today(now()):
            raise ValidationError({"active_from": _("A fee changes tomorrow at the earliest.")}, code="too_late")
        return given


class EndForm(forms.Form):
    end_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class SeenForm(forms.Form):
    """The end that stood on the page, so that nobody approves another one."""

    end_on = forms.DateField(required=False)


class Waiting(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", gettext_lazy("Waiting for approval")), ("approved", gettext_lazy("Approved"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        waiting = Q(pk__in=Tariff.objects.waiting())
        return {"waiting": queryset.filter(waiting), "approved": queryset.exclude(waiting)}.get(
            self.value() or "", queryset
        )


@admin.register(Tariff)
class TariffAdmin(OfThePost):
    """No line is edited: it is proposed, approved by somebody else, and ended in the same way."""

    form = TariffForm
    list_display = ["post", "service", "component", "applicant_class", "amount", "active_from", "active_to", "state"]
    list_filter: ClassVar = [Waiting, "service", "component", "post"]
    search_fields = ["post__code", "service"]
    date_hierarchy = "active_from"
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Tariff | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Tariff | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Tariff | None = None) -> bool:
        rights = ("posts.approve_tariff", "posts.add_tariff")
        return super().has_view_permission(request, obj) or any(request.user.has_perm(right) for right in rights)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        services.propose(line=obj, officer=cast("User", request.user), at=now())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        line: Tariff | None = self.get_object(request, object_id)
        if line is None or not self.has_view_permission(request, line):
            self.message_user(request, _("There is no such line at your post."), messages.WARNING)
            return HttpResponseRedirect(reverse(LIST))
        return self._act(request, line) if request.method == "POST" else self._page(request, line)

    def _act(self, request: HttpRequest, line: Tariff) -> HttpResponse:
        try:
            do(line, typed=request.POST, officer=cast("User", request.user))
        except DomainError as refused:
            self.message_user(request, str(refused.detail), messages.ERROR)
            # 403 is put on record as every refusal at the desk is
            return self._page(request, line, status=403 if isinstance(refused, Forbidden) else 409)
        self.message_user(request, _("Done."), messages.SUCCESS)
        there = Tariff.objects.filter(pk=line.pk).exists()
        return HttpResponseRedirect(request.path if there else reverse(LIST))

    def _page(self, request: HttpRequest, line: Tariff, *, status: int = 200) -> HttpResponse:
        officer, at = cast("User", request.user), now()
        proposer = line.proposed_by if line.is_proposal else line.end_proposed_by
        waits = line.is_proposal or line.end_is_proposed
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": line,
            "title": str(line),
            "line": line,
            "state": lines.state(line, at=at),
            "rows": lines.rows(line),
            "replaced": lines.replaced(line),
            "replay": [lines.played(one, line) for one in services.replay(line=line)] if waits else [],
            "waits": waits,
            "is_own": proposer == officer,
            "may_approve": officer.has_perm("posts.approve_tariff"),
            "may_end": not waits and officer.has_perm("posts.add_tariff") and not line.is_over(line.post.today(at)),
        }
        return TemplateResponse(request, "admin/posts/tariff/line.html", context, status=status)

    @admin.display(description=gettext_lazy("amount"), ordering="amount_minor")
    def amount(self, line: Tariff) -> str:
        return lines.money(line.amount_minor, line)

    @admin.display(description=gettext_lazy("state"))
    def state(self, line: Tariff) -> str:
        return lines.state(line, at=now())


def do(line: Tariff, *, typed: Any, officer: User) -> None:
    """One of the buttons of the page. Raises ``DomainError``."""
    act, at = typed.get("act"), now()
    if act == "approve":
        services.approve(line=line, end_on=_date(SeenForm(typed)), officer=officer, at=at)
    elif act == "withdraw":
        services.withdraw(line=line, officer=officer, at=at)
    elif act == "end":
        services.propose_end(line=line, end_on=_date(EndForm(typed)) or date.max, officer=officer, at=at)
    else:
        raise IllegalMove


def _date(form: forms.Form) -> date | None:
    if not form.is_valid():
        raise Invalid
    return cast("date | None", form.cleaned_data["end_on"])
