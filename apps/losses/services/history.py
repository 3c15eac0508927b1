from dataclasses import dataclass
from datetime import date

from apps.accounts.models import Citizen
from apps.losses.models import LossReport


@dataclass(frozen=True, slots=True)
class Earlier:
    """How often somebody lost a passport, and when, the latest first."""

    count: int
    days: tuple[date, ...]


def earlier_losses(citizen: Citizen, *, but: LossReport | None = None) -> Earlier:
    """A risk signal for the officer, who decides (R21): of one person, whichever account reported it."""
    reports = LossReport.objects.of_person(citizen)
    if but is not None:
        reports = reports.exclude(pk=but.pk)
    days = tuple(reports.order_by("-lost_on").values_list("lost_on", flat=True))
    return Earlier(len(days), days)
