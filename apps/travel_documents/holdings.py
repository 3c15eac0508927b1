from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.kernel.holdings import Holding, Sheet, Whose, holdings, sheet
from apps.travel_documents.models import TravelDocument

UNANSWERED: dict[str, Any] = {
    "stay": "",
    "reason": "",
    "urgent": False,
    "nationality_conflict": False,
    "declares_nationality": False,
    "loss_report": None,
    "destination": "",
    "transit": [],
    "travel_on": None,
    "arrived_on": None,
    "address": "",
    "home_address": "",
    "employer": "",
    "phone": "",
}


def _export(whose: Whose) -> list[Sheet]:
    return [sheet(TravelDocument.objects.filter(case__citizen=whose.citizen), "case__number", *UNANSWERED)]


def _erase(whose: Whose, at: datetime) -> None:
    TravelDocument.objects.filter(case__citizen=whose.citizen).update(**UNANSWERED)


holdings.add(
    "travel_documents",
    Holding(
        label=_("Your answers in applications for travel documents"),
        models=(TravelDocument,),
        export=_export,
        erase=_erase,
    ),
)
