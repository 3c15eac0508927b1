"""Which document somebody needs is a rule, not taste (R5, R10)."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EMERGENCY = "TRAVEL_DOC_EMERGENCY"


class Stay(TextChoices):
    SHORT = "short_stay", _("Visiting for a short time")
    RESIDENT = "resident", _("Living here")


class Reason(TextChoices):
    LOST = "lost", _("Passport lost")
    STOLEN = "stolen", _("Passport stolen")
    DAMAGED = "damaged", _("Passport damaged")
    EXPIRED = "expired", _("Passport expired")


GONE = {Reason.LOST, Reason.STOLEN}


@dataclass(frozen=True, slots=True)
class Route:
    """The service somebody needs. ``advice`` says why, and where to go when it is not done here."""

    service: str
    here: bool
    advice: str | Promise


HOME = Route(EMERGENCY, here=True, advice=_("An emergency travel document takes you back to China once."))
TWO_YEARS = Route(
    "TRAVEL_DOC", here=False, advice=_("You need a travel document for two years. Please contact the post.")
)
RENEWAL = Route(
    "PASSPORT_RENEW", here=False, advice=_("You need a new passport. Please ask the post for an appointment.")
)
REPLACEMENT = Route(
    "PASSPORT_REPLACE",
    here=False,
    advice=_("You live here, so your passport is replaced. If you must travel before that, say it is urgent."),
)


def route(*, stay: str, reason: str, urgent: bool, nationality_conflict: bool) -> Route:
    if nationality_conflict:
        return TWO_YEARS
    if stay == Stay.SHORT and reason in GONE:
        return HOME
    if stay == Stay.SHORT or urgent:
        return TWO_YEARS
    if reason == Reason.EXPIRED:
        return RENEWAL
    return REPLACEMENT
