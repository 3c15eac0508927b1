"""The one base class of the staff screens, so that the theme stays replaceable."""

from unfold.admin import ModelAdmin, TabularInline

__all__ = ["ModelAdmin", "TabularInline"]
