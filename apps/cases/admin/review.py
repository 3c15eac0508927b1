"""What the review page of one case shows. Everything is looked up here; the template only lays it out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_countries import countries

from apps.accounts.models import Sex, User
from apps.cases.admin.clock import NOTHING, clock_tag, day, pressure, promised, waiting
from apps.cases.admin.desk import next_in_queue
from apps.cases.admin.labels import label, pressure_label, status_label, urgency_label
from apps.cases.models import Case, Holder, Step
from apps.cases.procedure import Row
from apps.cases.services.facts import reason_labels, rows_named
from apps.cases.statuses import Status
from apps.documents.models import Issue
from apps.documents.statuses import IssueStatus
from apps.kernel.workflow import By
from apps.losses.models import LossReport
from apps.payments.models import Payment, Quote
from apps.posts.bilingual import said
from apps.posts.money import format_money


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history."""

    at: SafeString | str
    what: str
    who: str
    status: SafeString
    reasons: list[str]
    note: str


def page(case: Case, *, officer: User, at: datetime) -> dict[str, Any]:
    """The context of the template, apart from papers and moves."""
    following = next_in_queue(officer, after=case, at=at)
    return {
        "case": case,
        "head": head(case, at),
        "identity": identity(case.holder),
        "answers": [row for row in case.procedure.rows(case) if row.value],
        "losses": [loss(report, case) for report in _losses(case)],
        "fee": fee(case),
        "payments": [
            payment(found, case) for found in Payment.objects.filter(payable=case.payable).order_by("-created_at")
        ],
        "issues": [issue(found, case) for found in Issue.objects.filter(subject=case.payable)],
        "history": [event(step, case) for step in case.history.select_related("actor")],
        "problems": [fault.detail for fault in case.procedure.problems(case)],
        "following": following,
    }


def _losses(case: Case) -> QuerySet[LossReport]:
    """All of them, the latest first: that it happened before is for the officer to know (R21)."""
    return LossReport.objects.filter(citizen=case.citizen).order_by("-created_at")


def head(case: Case, at: datetime) -> dict[str, Any]:
    return {
        "status": status_label(case),
        "urgency": urgency_label(case),
        "expected": day(promised(case)),
        "pressure": pressure_label(pressure(case, at)),
        "submitted": clock_tag(case.submitted_at, case.post),
        "waiting": waiting(case, at),
    }


def identity(citizen: Holder) -> list[Row]:
    return [
        Row(_("Full name"), citizen.name),
        Row(_("Printed spelling"), citizen.full_spelling),
        Row(_("Born on"), day(citizen.born_on)),
        Row(_("Sex"), capfirst(str(Sex(citizen.sex).label))),
        Row(_("Place of birth"), citizen.place_of_birth),
        Row(_("Nationality"), f"{countries.name(countries.alpha2(citizen.nationality))} ({citizen.nationality})"),
        Row(_("Identity number"), citizen.identity_number or NOTHING),
    ]


def loss(report: LossReport, case: Case) -> list[Row]:
    place = ", ".join(part for part in (report.place, str(report.country.name)) if part)
    rows = [
        Row(_("Passport number"), report.passport_number),
        Row(_("Issuing authority"), report.passport_issued_by),
        Row(_("Date of issue"), day(report.issued_on)),
        Row(_("Lost on"), day(report.lost_on)),
        Row(_("Place of the loss"), place),
        Row(_("How it happened"), report.circumstances),
        Row(_("Reported"), clock_tag(report.created_at, case.post)),
        Row(_("Status of the passport"), report.get_status_display()),
    ]
    return [row for row in rows if row.value]


def fee(case: Case) -> list[Row]:
    """The price the citizen was shown last; nothing before that."""
    shown = Quote.objects.filter(payable=case.payable).order_by("-shown_at").first()
    if shown is None:
        return []
    language = get_language() or "zh-hans"
    lines = [
        Row(
            said(zh=line["label_zh"], en=line["label_en"]),
            format_money(line["amount_minor"], shown.currency, language),
        )
        for line in shown.lines
    ]
    if shown.waiver_id:
        lines.append(Row(_("Waived"), format_money(-shown.waived_minor, shown.currency, language)))
    return [*lines, Row(_("Total"), format_money(shown.total_minor, shown.currency, language))]


def payment(found: Payment, case: Case) -> Row:
    return Row(clock_tag(found.captured_at or found.created_at, case.post), str(found.state.label))


def issue(found: Issue, case: Case) -> dict[str, Any]:
    """``url`` is empty until there is a paper to open."""
    rows = [
        Row(_("Document number"), found.number),
        Row(_("Status of the document"), str(found.get_status_display())),
        Row(_("Issued on"), day(found.issued_on)),
        Row(_("Valid until"), day(found.expires_on)),
    ]
    is_ready = found.status == IssueStatus.ISSUED
    return {"rows": rows, "url": reverse("admin:cases_case_document", args=[case.pk, found.pk]) if is_ready else ""}


def event(step: Step, case: Case) -> Event:
    rows = rows_named(case, step.move)
    return Event(
        at=clock_tag(step.at, case.post),
        what=str(rows[0].label) if rows else step.move,
        who=_who(step),
        status=label(step.target, Status(step.target).label),
        reasons=reason_labels(case, step),
        note=step.note,
    )


def _who(step: Step) -> str:
    if step.by == By.OFFICER and step.actor:
        return step.actor.get_username()
    return _("Applicant") if step.by == By.APPLICANT else _("System")
