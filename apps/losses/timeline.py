"""What has happened to a lost passport so far, for the citizen and for the officer."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from apps.losses.models import FoundReport, LossReport
from apps.losses.statuses import FoundStatus, Status


@dataclass(frozen=True, slots=True)
class Stage:
    code: str
    label: str | Promise
    at: datetime
    reference: str = ""


def timeline(report: LossReport) -> list[Stage]:
    """The oldest first. Reads ``notices`` and ``found``: fetch them along."""
    notified = Status.ISSUER_NOTIFIED
    stages = [
        Stage(Status.FROZEN, Status.FROZEN.label, report.created_at),
        *(Stage(notified, notified.label, notice.at, notice.reference) for notice in report.notices.all()),
    ]
    if report.voided_at:
        stages.append(Stage(Status.VOID, Status.VOID.label, report.voided_at, report.void_reference))
    if found := found_of(report):
        stages.append(Stage(FoundStatus.FOUND, FoundStatus.FOUND.label, found.at))
        if found.handed_in_at:
            stages.append(Stage(FoundStatus.HANDED_IN, FoundStatus.HANDED_IN.label, found.handed_in_at))
    return sorted(stages, key=lambda stage: stage.at)


def found_of(report: LossReport) -> FoundReport | None:
    """The other side of a one-to-one, which may not be there."""
    found: FoundReport | None = getattr(report, "found", None)
    return found
