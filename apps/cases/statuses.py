"""One vocabulary for every procedure; Chinese labels are the published ones (domain, section 4)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Face(TextChoices):
    """What a status means to the person: whose turn it is."""

    YOUR_TURN = "your_turn", _("Your turn")
    OUR_TURN = "our_turn", _("We are working on it")
    DONE = "done", _("Finished")


class Status(TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    PRELIMINARY_REVIEW = "preliminary_review", _("Under preliminary review")
    INFO_REQUESTED = "info_requested", _("More materials needed")
    ISSUER_VERIFICATION = "issuer_verification", _("Waiting for the issuing authority")
    FINAL_REVIEW = "final_review", _("Under final review")
    PAYMENT_DUE = "payment_due", _("Payment due")
    PRODUCTION = "production", _("In production")
    READY_TO_COLLECT = "ready_to_collect", _("Ready to collect")
    COLLECTED = "collected", _("Collected")
    READY_TO_SHIP = "ready_to_ship", _("Ready to ship")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    LOST_IN_MAIL = "lost_in_mail", _("Lost in the mail")
    RETURNED = "returned", _("Returned")
    REFUSED = "refused", _("Not granted")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")

    @property
    def face(self) -> Face:
        if self in FINAL:
            return Face.DONE
        return Face.YOUR_TURN if self in YOURS else Face.OUR_TURN

    @property
    def advice(self) -> str:
        """One sentence: what happens next, and what the person can do about it."""
        return str(ADVICE[self])


class Receipt(TextChoices):
    """What the applicant says about a document that was sent."""

    MISSING = "missing", _("Has not come")
    CONFIRMED = "confirmed", _("Has come")


YOURS = {Status.DRAFT, Status.INFO_REQUESTED, Status.PAYMENT_DUE, Status.READY_TO_COLLECT}
FINAL = {
    Status.COLLECTED,
    Status.DELIVERED,
    Status.RETURNED,
    Status.REFUSED,
    Status.WITHDRAWN,
    Status.LAPSED,
}
LIVE = [status for status in Status if status not in FINAL]
SUBMITTED_AND_LIVE = [status for status in LIVE if status != Status.DRAFT]
QUEUED = [Status.SUBMITTED, Status.PRELIMINARY_REVIEW, Status.FINAL_REVIEW]
STOPPED = {Status.ISSUER_VERIFICATION, Status.INFO_REQUESTED, Status.PAYMENT_DUE}
"""The clock stands still: somebody else has to act (R22, R33)."""
PROMISED = [Status.SUBMITTED, Status.PRELIMINARY_REVIEW, Status.FINAL_REVIEW, Status.PRODUCTION]
"""The clock runs: the post owes an answer."""
ANSWERABLE = [Status.INFO_REQUESTED, Status.PAYMENT_DUE]
"""Lapses when the person lets the day pass."""
MADE = {Status.READY_TO_COLLECT, Status.READY_TO_SHIP}

ADVICE = {
    Status.DRAFT: _("Saved. Complete it and submit when you are ready; you can go on from any phone."),
    Status.SUBMITTED: _("We have your application. An officer will look at it next; you need not do anything."),
    Status.PRELIMINARY_REVIEW: _("An officer is looking at your application."),
    Status.INFO_REQUESTED: _("Please send what is listed. Your place in the queue is kept."),
    Status.ISSUER_VERIFICATION: _(
        "We asked the authority that issued your passport. The clock stands still until it answers."
    ),
    Status.FINAL_REVIEW: _("A second officer is looking at your application."),
    Status.PAYMENT_DUE: _("Please pay the fee. We go on as soon as it arrives."),
    Status.PRODUCTION: _("Your document is being made."),
    Status.READY_TO_COLLECT: _("Your document is ready. Please collect it at the post during opening hours."),
    Status.COLLECTED: _("You have your document. Safe travels."),
    Status.READY_TO_SHIP: _("Your document is made and will be sent to you."),
    Status.SHIPPED: _("Your document is on its way. Say so when you have it, or if it does not come."),
    Status.DELIVERED: _("You have your document. Safe travels."),
    Status.LOST_IN_MAIL: _("The document was lost in the mail and is void. We make you a new one, free of charge."),
    Status.RETURNED: _("This application was returned, not refused. The note says where to go instead."),
    Status.REFUSED: _("The document was not granted. The note gives the reasons and how to have them reviewed."),
    Status.WITHDRAWN: _("You withdrew this application. You can start a new one at any time."),
    Status.LAPSED: _("The day for your answer has passed, so this application has ended. You can start a new one."),
}
