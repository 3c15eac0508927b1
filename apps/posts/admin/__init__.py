"""Staff screens: posts, their tariffs, and what need not be paid."""

from apps.posts.admin.posts import OfficerAdmin, PostAdmin
from apps.posts.admin.tariffs import TariffAdmin
from apps.posts.admin.waivers import WaiverAdmin

__all__ = ["OfficerAdmin", "PostAdmin", "TariffAdmin", "WaiverAdmin"]
