"""Staff screens. Importing this registers them with Django's admin."""

from apps.passkeys.admin.officers import OfficerScreens

__all__ = ["OfficerScreens"]
