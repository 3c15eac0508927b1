"""One module per way out of the house. Each adds itself to ``base.channels``."""

from apps.notifications.channels import base, email

__all__ = ["base", "email"]
