from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from apps.kernel.holdings import Holding, Kept, Sheet, Whose, holdings, sheet
from apps.losses.models import FoundReport, IssuerNotice, LossReport

NOTHING = {"passport_issued_by": "", "issued_on": None, "place": "", "circumstances": "", "device": ""}


def _subjects(citizen: UUID) -> list[str]:
    return [report.subject for report in LossReport.objects.filter(citizen=citizen)]


def _export(whose: Whose) -> list[Sheet]:
    theirs = LossReport.objects.filter(citizen=whose.citizen)
    return [
        sheet(
            theirs,
            *("id", "passport_number", "passport_issued_by", "issued_on", "lost_on", "place", "country"),
            *("circumstances", "post", "status", "device", "language", "void_authority", "void_reference"),
        ),
        sheet(IssuerNotice.objects.filter(report__in=theirs), "authority", "sent", "at", "delivered_at"),
        sheet(FoundReport.objects.filter(report__in=theirs), "status", "found_on", "post", "at", "handed_in_at"),
    ]


def _erase(whose: Whose, at: datetime) -> None:
    """Each gets a number of its own: two live reports of one citizen may not have the same."""
    theirs = LossReport.objects.filter(citizen=whose.citizen).order_by("created_at", "pk")
    for place, report in enumerate(theirs, 1):
        theirs.filter(pk=report.pk).update(
            passport_number=f"X{place}", **NOTHING, version=F("version") + 1, updated_at=at
        )


holdings.add(
    "losses",
    Holding(
        label=_("Passports you reported lost"),
        models=(LossReport, IssuerNotice, FoundReport),
        export=_export,
        erase=_erase,
        subjects=_subjects,
        kept=(
            Kept(
                what=_("That a loss was reported, when, to which post, and what the issuing authority answered"),
                basis=_("Passport Law, article 16; Archives Law, article 13"),
            ),
        ),
    ),
)
