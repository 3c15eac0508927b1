"""What is asked for, computed from the answers (R23, R24). Never a purchased ticket."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.ages import guardian_applies
from apps.cases.procedure import Material
from apps.cases.services import asked_for
from apps.documents.statuses import PICTURES
from apps.travel_documents.routing import Stay

PHOTO = Material(
    "photo",
    _("Photo"),
    _("33 × 48 mm, plain white background, not older than six months. At least 354 × 472 pixels."),
    kind="photo",
    types=PICTURES,
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
GUARDIAN = [
    Material(
        "guardian_identity",
        _("Identity document of the guardian"),
        _("Passport or identity card of the parent or guardian who applies for the child."),
    ),
    Material(
        "guardianship_proof",
        _("Proof of guardianship"),
        _("The birth certificate, the household register, or a court's decision."),
    ),
    Material(
        "guardian_consent",
        _("Written consent of the guardian"),
        _("Signed by the guardian: that the child may have this document and travel with it."),
    ),
]
"""Passport Law art. 6, R6: under 16 the guardian applies, with consent, identity and proof of guardianship."""
ON_REQUEST = [RESIDENCE, *GUARDIAN]
"""What the answers may not ask for, but an officer can."""


def materials(case: Any) -> list[Material]:
    """Who was under 16 when the application was begun is treated as such: the document is issued days later.

    What an officer has asked for can be sent, but holds nothing back: there may be none.
    """
    asked = [PHOTO, IDENTITY, PRESENCE]
    if case.travel_document.stay == Stay.RESIDENT:
        asked.append(RESIDENCE)
    if guardian_applies(born_on=case.holder.born_on, on=case.created_at.date()):
        asked += GUARDIAN
    asked.append(POLICE)
    named = asked_for(case) - {material.code for material in asked}
    return [*asked, *(replace(material, required=False) for material in ON_REQUEST if material.code in named)]
