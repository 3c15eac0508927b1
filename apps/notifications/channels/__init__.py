"""One module per way out of the house. Each adds itself to ``base.channels``."""

from apps.notifications.channels import base, email, push, sms

__all__ = ["base", "email", "push", "sms"]
