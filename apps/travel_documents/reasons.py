"""Coded reasons an officer may choose from. Grounds follow the Passport Law; deficiencies follow R23 and R24."""

from django.utils.translation import gettext_lazy as _

DEFICIENCIES = {
    "photo_unsuitable": _("The photo does not meet the rules: plain white background, face straight, 33 × 48 mm."),
    "photo_not_recent": _("The photo is older than six months."),
    "identity_unreadable": _("The proof of identity cannot be read. Please photograph it in good light."),
    "identity_insufficient": _("The proof of identity does not show your name, photo and number."),
    "presence_missing": _("Please prove that you are in this country: entry stamp, visa or a photo at a landmark."),
    "loss_unclear": _("Please describe where, when and how the passport was lost in more detail."),
    "residence_missing": _("Please send your residence permit or visa."),
    "guardian_identity_missing": _("Please send the passport or identity card of the parent or guardian."),
    "guardianship_unproven": _(
        "Please prove the guardianship: birth certificate, household register or a court's decision."
    ),
    "guardian_consent_missing": _("Please send the guardian's written consent, with the signature."),
    "police_report_missing": _("Please send the police report of the loss, if the police gave you one."),
}

CONCERNS = {
    "photo_unsuitable": "photo",
    "photo_not_recent": "photo",
    "identity_unreadable": "identity_proof",
    "identity_insufficient": "identity_proof",
    "presence_missing": "presence_proof",
    "residence_missing": "residence_permit",
    "guardian_identity_missing": "guardian_identity",
    "guardianship_unproven": "guardianship_proof",
    "guardian_consent_missing": "guardian_consent",
    "police_report_missing": "police_report",
}
"""The paper a deficiency is about: was it sent after the last request, it could not have been seen before (R30)."""

GROUNDS = {
    "not_a_national": _("Chinese nationality could not be established (Passport Law, article 13 (1))."),
    "identity_unproven": _("Identity could not be proven (Passport Law, article 13 (2))."),
    "deception": _("False statements were made in the application (Passport Law, article 13 (3))."),
    "sentence_being_served": _("A sentence is being served (Passport Law, article 13 (4))."),
    "exit_barred_by_court": _("A court has barred the departure in a civil case (Passport Law, article 13 (5))."),
    "criminal_proceedings": _("Criminal proceedings are under way (Passport Law, article 13 (6))."),
    "national_security": _("A competent authority bars the departure (Passport Law, article 13 (7))."),
    "border_offence": _("Still barred after an offence against border control (Passport Law, article 14 (1))."),
    "repatriated": _(
        "Still barred after being sent back for unlawful exit, stay or work (Passport Law, article 14 (2))."
    ),
}  # fmt: skip

RETURNS = {
    "other_district": _("Another post is competent for your address."),
    "duplicate": _("There is another application for the same document."),
    "other_service": _("You need another document than the one applied for."),
    "not_answered": _("What we asked for was not sent, or the fee was not paid."),
    "not_collected": _("The document was not collected; it has been made void."),
    "cannot_be_made": _("The document could not be made from what was sent."),
}

TRANSFERS = {
    "other_district": _("Another post is competent for the address."),
    "nearer_post": _("Another post is nearer to where the applicant is now."),
    "cannot_serve": _("This post cannot serve the applicant at present."),
}
