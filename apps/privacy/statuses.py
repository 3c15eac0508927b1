from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ExportStatus(TextChoices):
    PREPARING = "preparing", _("Being prepared")
    READY = "ready", _("Ready to download")


class Role(TextChoices):
    """Who did something with somebody's data, as far as they may know."""

    YOU = "you", _("You")
    FAMILY = "family", _("Somebody else who acts for this person")
    HELPER = "helper", _("A helper")
    OFFICER = "officer", _("An officer")
    SYSTEM = "system", _("The system")
