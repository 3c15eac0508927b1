"""What is known of a document in the mail: its number, and whether the applicant has it."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from apps.cases.models import Case
from apps.cases.statuses import Receipt, Status
from apps.kernel.errors import Conflict
from apps.kernel.workflow import By, Move

REOPENED_WITHIN = timedelta(days=30)
"""(analogy) As long as most posts wait for an answer; what was never missed for so long has arrived."""


def check(case: Case, row: Move, at: datetime) -> None:
    """Raises ``Conflict`` (``too_late``): what was delivered is done for good after a while."""
    if row.source == Status.DELIVERED and not can_be_reopened(case, at):
        raise Conflict(_("It was delivered too long ago. Please write to the post."), code="too_late")


def can_be_reopened(case: Case, at: datetime) -> bool:
    return bool(case.history.filter(move="receive").latest("pk").at + REOPENED_WITHIN > at)


def follow(case: Case, row: Move, by: By, tracking: str) -> None:
    """An officer's "delivered" asks the applicant anew; a loss ends the question, and the lost parcel's number."""
    if row.name == "report_missing":
        case.receipt = Receipt.MISSING
    elif row.name == "receive":
        case.receipt = Receipt.CONFIRMED if by is By.APPLICANT else ""
    elif row.target in {Status.SHIPPED, Status.LOST_IN_MAIL} and row.name != "take_back":
        case.receipt = ""
    case.tracking = "" if row.name == "reissue" else tracking or case.tracking
