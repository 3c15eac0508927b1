from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a lost passport stands (R21). From the first on it may not be used; the last is the issuer's word."""

    FROZEN = "frozen", _("Reported lost, no longer valid for travel")
    ISSUER_NOTIFIED = "issuer_notified", _("Reported lost, the issuing authority has been notified")
    VOID = "void", _("Declared void by the issuing authority")


LIVE = (Status.FROZEN, Status.ISSUER_NOTIFIED, Status.VOID)
"""As long as a report is in one of these, the passport cannot be reported once more."""


class FoundStatus(models.TextChoices):
    """A passport that turns up stays void (R20); it is only handed in."""

    FOUND = "found", _("Found, to be handed in")
    HANDED_IN = "handed_in", _("Handed in")


class Sent(models.TextChoices):
    """How a notice reached the issuing authority."""

    LETTER = "letter", _("By letter")
    EMAIL = "email", _("By e-mail")
    OTHER = "other", _("In another way")
