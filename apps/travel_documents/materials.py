"""What is asked for, computed from the answers (R23, R24). Never a purchased ticket."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.cases.procedure import Material
from apps.travel_documents.routing import Stay

PHOTO = Material(
    "photo",
    _("Photo"),
    _("33 × 48 mm, plain white background, not older than six months. At least 354 × 472 pixels."),
    kind="photo",
    max_bytes=5 * 1024 * 1024,
)
IDENTITY = Material(
    "identity_proof",
    _("Proof of identity and nationality"),
    _("A copy of the lost passport, or your identity card or household register. A photo of it is enough."),
)
PRESENCE = Material(
    "presence_proof",
    _("Proof that you are in this country"),
    _("The page with the entry stamp or visa, the electronic entry record, or a photo of you at a landmark."),
)
RESIDENCE = Material("residence_permit", _("Residence permit or visa"), _("It shows that you may live where you are."))
POLICE = Material(
    "police_report",
    _("Police report"),
    _("If you have one. Some countries want to see it when you leave."),
    required=False,
)


def materials(case: Any) -> list[Material]:
    asked = [PHOTO, IDENTITY, PRESENCE]
    if case.travel_document.stay == Stay.RESIDENT:
        asked.append(RESIDENCE)
    return [*asked, POLICE]
