from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a lost passport stands (R21). The issuing authority's notice and declaration come after FROZEN."""

    FROZEN = "frozen", _("Reported lost, no longer valid for travel")


LIVE = (Status.FROZEN,)
"""As long as a report is in one of these, the passport cannot be reported once more."""
