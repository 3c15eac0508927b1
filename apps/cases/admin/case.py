from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.models import User
from apps.audit.services import record
from apps.cases import services
from apps.cases.admin import desk, moves, papers
from apps.cases.admin.queue import QueueAdmin
from apps.cases.admin.review import page
from apps.cases.models import Case
from apps.documents import services as documents
from apps.documents.admin import lead_to
from apps.documents.models import Issue
from apps.kernel.admin import officer
from apps.kernel.errors import DomainError, Forbidden, Invalid
from apps.passkeys import services as passkeys
from apps.passkeys.admin.confirm import confirmed
from apps.passkeys.admin.session import opened_by_password


@admin.register(Case)
class CaseAdmin(QueueAdmin):
    """Officers read a case and make moves. There is no field to edit."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        own = [
            path("next/", guard(require_POST(self.next_view)), name="cases_case_next"),
            path("<uuid:pk>/presence/", guard(require_POST(self.presence_view)), name="cases_case_presence"),
            path("<uuid:pk>/papers/<int:attachment>/", guard(self.paper_view), name="cases_case_paper"),
            path("<uuid:pk>/documents/<uuid:issue>/", guard(self.document_view), name="cases_case_document"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        case = self._case(request, object_id)
        if case is None:
            self.message_user(request, _("There is no such case at your post."), messages.WARNING)
            return HttpResponseRedirect(reverse("admin:cases_case_changelist"))
        if request.method == "POST":
            return self._preview(request, case) if "preview" in request.POST else self._move(request, case)
        services.keep(case=case, officer=cast("User", request.user), at=now())
        record(actor=officer(request), action="case_viewed", subject=case.payable, at=now(), citizen=case.citizen_id)
        return self._page(request, case)

    def next_view(self, request: HttpRequest) -> HttpResponse:
        """Put the case that is due first and free on the officer's desk; back to the list when there is none."""
        user = cast("User", request.user)
        try:
            taken = services.take_next(actor=officer(request), cases=desk.in_sight(user), at=now())
        except DomainError as refused:
            self.message_user(request, moves.explain(refused), messages.ERROR)
            taken = None
        else:
            if taken is None:
                self.message_user(request, _("Nothing is waiting for review."), messages.SUCCESS)
        if taken is None:
            return HttpResponseRedirect(reverse("admin:cases_case_changelist"))
        return HttpResponseRedirect(reverse("admin:cases_case_change", args=[taken.pk]))

    def presence_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The page is still open; who else has it open."""
        case = self._case(request, str(pk))
        if case is None:
            return HttpResponse(status=404)
        user = cast("User", request.user)
        services.keep(case=case, officer=user, at=now())
        others = services.look_at(case=case, officer=user, at=now())
        return JsonResponse({"others": [other.get_username() for other in others], "version": case.version})

    def paper_view(self, request: HttpRequest, pk: UUID, attachment: int) -> HttpResponse:
        case = self._case(request, str(pk))
        found = case.attachments.select_related("file").filter(pk=attachment).first() if case else None
        return lead_to(documents.read_address, request, file=found.file) if found else HttpResponse(status=404)

    def document_view(self, request: HttpRequest, pk: UUID, issue: UUID) -> HttpResponse:
        case = self._case(request, str(pk))
        found = Issue.objects.filter(subject=case.payable, pk=issue).first() if case else None
        return lead_to(documents.pdf_address, request, issue=found) if found else HttpResponse(status=404)

    def _case(self, request: HttpRequest, pk: str) -> Case | None:
        """Somebody else's case and no case at all are the same."""
        case: Case | None = self.get_object(request, pk)
        return case if case and self.has_view_permission(request, case) else None

    def _move(self, request: HttpRequest, case: Case) -> HttpResponse:
        """Make the move and show the case again; or say why not, and keep what was typed."""
        typed = moves.Typed(request.POST)
        try:
            moved = make(request, case, typed)
        except DomainError as refused:
            self.message_user(request, moves.explain(refused), messages.ERROR)
            # 403 is put on record as every refusal at the desk is: also the officer who would decide alone
            status = 403 if isinstance(refused, Forbidden) else 409
            latest = self._case(request, str(case.pk))
            if latest is None:  # meanwhile another post's
                return HttpResponseRedirect(reverse("admin:cases_case_changelist"))
            return self._page(request, latest, typed=typed, status=status)
        told = _("Done. The case is now: %(status)s.") % {"status": moved.state.label}
        self.message_user(request, told, messages.SUCCESS)
        return HttpResponseRedirect(request.path)

    def _preview(self, request: HttpRequest, case: Case) -> HttpResponse:
        """What the citizen will read, beside what was typed."""
        typed = moves.Typed(request.POST)
        text = None
        if typed.is_valid():
            sent = typed.cleaned_data
            text = services.preview(
                case=case, name=sent["move"], reasons=typed.reasons, note=sent["note"].strip(), at=now()
            )
        return self._page(request, case, typed=typed, preview=text)

    def _page(
        self,
        request: HttpRequest,
        case: Case,
        *,
        typed: moves.Typed | None = None,
        preview: services.Preview | None = None,
        status: int = 200,
    ) -> HttpResponse:
        prefetch_related_objects([case], "history")
        asked = papers.checklist(case)
        others = services.look_at(case=case, officer=cast("User", request.user), at=now())
        context = {
            **self.admin_site.each_context(request),
            **page(case, officer=cast("User", request.user), at=now()),
            "opts": self.opts,
            "original": case,
            "title": case.number,
            "is_fullwidth": 1,
            "asked": asked,
            "papers": papers.papers(asked),
            "portrait": papers.portrait(case),
            "choices": moves.choices(case, actor=officer(request), typed=typed, at=now()),
            "preview": preview,
            "asks_for_passkey": not opened_by_password(request),
            "others": [other.get_username() for other in others],
        }
        response = TemplateResponse(request, "admin/cases/case/review.html", context, status=status)
        add_never_cache_headers(response)
        return response


def make(request: HttpRequest, case: Case, typed: moves.Typed) -> Case:
    """Raises ``DomainError`` for whatever is wrong with what was typed or with the moment."""
    if not typed.is_valid():
        raise Invalid
    sent, by = typed.cleaned_data, officer(request)
    act = moves.act(case, sent["move"], sent["version"])
    proof = confirmed(request, what=act, at=now()) if act else None
    with transaction.atomic():
        if proof:
            passkeys.spend(confirmation=proof.pk, officer=by.user, what=act, at=now())
        return services.move(
            case=case,
            name=sent["move"],
            actor=by,
            at=now(),
            note=sent["note"],
            reasons=typed.reasons,
            details={"post": sent["post"], "tracking": sent["tracking"]},
            version=sent["version"],
        )
