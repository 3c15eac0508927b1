from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Purpose(TextChoices):
    """What a ceremony is for. An answer to one is worth nothing for another."""

    SIGN_IN = "sign_in", _("sign in")
    ENROL = "enrol", _("add a passkey")
    CONFIRM = "confirm", _("confirm an act")
