"""What may be done for a citizen."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Scope(models.TextChoices):
    """What somebody may do for a citizen. Every other one includes ``view``."""

    VIEW = "view", _("see")
    APPLY = "apply", _("apply")
    PAY = "pay", _("pay")
    COLLECT = "collect", _("collect")
    MANAGE = "manage", _("manage")


GRANTABLE = [Scope.VIEW, Scope.APPLY, Scope.PAY, Scope.COLLECT]
"""Never ``manage``: a helper does not change who the citizen is, erase them, or grant on."""
