from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.audit.services import record
from apps.documents import services as documents
from apps.documents.admin import lead_to
from apps.kernel.admin import ModelAdmin, officer
from apps.kernel.errors import DomainError
from apps.losses import services
from apps.losses.admin import acts
from apps.losses.letterhead import sender_of
from apps.losses.models import IssuingAuthority, LossReport, LossReportQuerySet
from apps.losses.timeline import timeline

LIST = "admin:losses_lossreport_changelist"


@admin.register(LossReport)
class LossReportAdmin(ModelAdmin):
    """Officers read the reports of their own post and act on them. There is no field to edit."""

    list_display = ["masked_number", "citizen", "post", "country", "lost_on", "status", "created_at"]
    list_filter = ["status"]
    list_select_related = ["citizen", "post"]
    search_fields = ["passport_number__exact"]
    search_help_text = gettext_lazy("The whole passport number")
    ordering = ["-created_at"]
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LossReport | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LossReport | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> LossReportQuerySet:
        reports = cast("LossReportQuerySet", super().get_queryset(request))
        return reports.in_sight(cast("User", request.user))

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        own = [
            path("<uuid:pk>/notice/<str:authority>/", guard(self.notice_view), name="losses_lossreport_notice"),
            path("<uuid:pk>/certificate/", guard(self.certificate_view), name="losses_lossreport_certificate"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        report = self._report(request, object_id)
        if report is None:
            self.message_user(request, _("There is no such report at your post."), messages.WARNING)
            return HttpResponseRedirect(reverse(LIST))
        if request.method == "POST":
            return self._act(request, report)
        self._record(request, "loss_report_viewed", report)
        return self._page(request, report)

    def notice_view(self, request: HttpRequest, pk: UUID, authority: str) -> HttpResponse:
        """The notice to print and post, made anew; whoever asked for it is written down."""
        report = self._report(request, str(pk))
        to = IssuingAuthority.objects.filter(pk=authority).first()
        if report is None or to is None:
            return HttpResponse(status=404)
        self._record(request, "issuer_notice_read", report)
        paper = services.notice_paper(report=report, authority=to, at=now())
        response = HttpResponse(paper, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{report.reference}.pdf"'
        add_never_cache_headers(response)
        return response

    def certificate_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        report = self._report(request, str(pk))
        if report is None or report.certificate is None:
            return HttpResponse(status=404)
        return lead_to(documents.pdf_address, request, issue=report.certificate)

    def _report(self, request: HttpRequest, pk: str) -> LossReport | None:
        """Somebody else's report and no report at all are the same."""
        report: LossReport | None = self.get_object(request, pk)
        return report if report and self.has_view_permission(request, report) else None

    def _record(self, request: HttpRequest, action: str, report: LossReport) -> None:
        record(actor=officer(request), action=action, subject=report.subject, at=now(), citizen=report.citizen_id)

    def _act(self, request: HttpRequest, report: LossReport) -> HttpResponse:
        """Do it and show the report again; or say why not, and keep what was typed."""
        try:
            acts.do(report, typed=request.POST, officer=cast("User", request.user), at=now())
        except DomainError as refused:
            self.message_user(request, acts.explain(refused), messages.ERROR)
            return self._page(request, self.get_queryset(request).get(pk=report.pk), status=409)
        self.message_user(request, _("Done."), messages.SUCCESS)
        return HttpResponseRedirect(request.path)

    def _page(self, request: HttpRequest, report: LossReport, *, status: int = 200) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": report,
            "title": report.masked_number,
            "report": report,
            "rows": rows(report),
            "stages": [(stage, clock(report, stage.at)) for stage in timeline(report)],
            "earlier": services.earlier_losses(report.citizen, but=report),
            "authority": services.authority_of(report),
            "authorities": IssuingAuthority.objects.all(),
            "choices": acts.choices(report, actor=officer(request), typed=request.POST or None),
        }
        response = TemplateResponse(request, "admin/losses/lossreport/report.html", context, status=status)
        add_never_cache_headers(response)
        return response


def clock(report: LossReport, at: datetime) -> SafeString:
    """On the clock of the post, with the place beside it; the element tells programs the exact moment."""
    sender = sender_of(report)
    city = report.post.city if report.post else sender.city.zh
    local = f"{sender.local(at):%Y-%m-%d %H:%M}"
    return format_html('<time datetime="{}">{} ({})</time>', at.isoformat(), local, city)


def rows(report: LossReport) -> list[tuple[str, Any]]:
    citizen = report.citizen
    said: list[tuple[str, Any]] = [
        (_("Full name"), citizen.name),
        (_("Printed spelling"), citizen.full_spelling),
        (_("Born on"), day(citizen.born_on)),
        (_("Passport number"), report.passport_number),
        (_("Issuing authority"), report.passport_issued_by),
        (_("Date of issue"), day(report.issued_on)),
        (_("Lost on"), day(report.lost_on)),
        (_("Place of the loss"), ", ".join(part for part in (report.place, str(report.country.name)) if part)),
        (_("How it happened"), report.circumstances),
        (_("Our reference"), report.reference),
        (_("Post"), report.post or _("Ministry of Foreign Affairs")),
        (_("Declared void by"), report.void_authority),
    ]
    return [(label, value) for label, value in said if value]


def day(on: date | None) -> str:
    return on.isoformat() if on else ""
