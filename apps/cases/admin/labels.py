"""Coloured words. The colour only repeats what the word says."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.cases.admin.clock import Pressure
from apps.cases.models import Case
from apps.cases.statuses import Status
from apps.posts.models import Urgency

TONES: dict[str, str] = {
    Status.SUBMITTED: "info",
    Status.PRELIMINARY_REVIEW: "primary",
    Status.INFO_REQUESTED: "warning",
    Status.PAYMENT_DUE: "warning",
    Status.PRODUCTION: "info",
    Status.READY_TO_COLLECT: "success",
    Status.COLLECTED: "success",
    Status.REFUSED: "danger",
    Urgency.URGENT: "warning",
    Urgency.EXPRESS: "danger",
    Pressure.OVERDUE: "danger",
    Pressure.SOON: "warning",
}


def label(code: str, words: object) -> SafeString:
    return format_html('<span class="cc-label cc-label--{}">{}</span>', TONES.get(code, "plain"), words)


def status_label(case: Case) -> SafeString:
    return label(case.status, case.state.label)


def urgency_label(case: Case) -> SafeString | str:
    """Nothing for the normal case."""
    return "" if case.urgency == Urgency.NORMAL else label(case.urgency, case.get_urgency_display())


def pressure_label(found: Pressure | None) -> SafeString | str:
    return label(found, found.label) if found else ""
