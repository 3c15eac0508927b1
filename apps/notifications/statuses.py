from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DispatchStatus(TextChoices):
    """How far a channel got. ``UNKNOWN``: handed over, and nobody can say whether it left."""

    DUE = "due", _("to be sent")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("was sent")
    FAILED = "failed", _("not delivered")
    UNKNOWN = "unknown", _("perhaps sent")


class PushService(TextChoices):
    """Who carries a push to the device."""

    FCM = "fcm", "Firebase Cloud Messaging"
    APNS = "apns", "Apple Push Notification service"


REPEATABLE = (DispatchStatus.FAILED, DispatchStatus.UNKNOWN)
"""Only a person repeats these: a machine that guesses would write twice."""

EVERYWHERE = frozenset({"new_device", "device_waiting"})
"""Messages told by every way there is, muted or not: whoever has taken over one of them cannot keep it quiet."""
