from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.posts.models.post import Post


class WaiverReason(models.TextChoices):
    """Why somebody need not pay."""

    OFFICIAL_PASSPORT = "official_passport", _("Official passport")
    HARDSHIP = "hardship", _("Hardship")
    EMERGENCY = "emergency", _("Emergency")


class WaiverQuerySet(models.QuerySet["Waiver"]):
    def approved(self) -> Self:
        return self.exclude(approved_at=None)

    def waiting(self) -> Self:
        return self.filter(approved_at=None)


class Waiver(models.Model):
    """One thing that a post asks no money for: requested by one person, good once another one approved it.

    ``payable`` is the key under which payments know it (``case:<id>``). What it would have cost stays on the quote.
    """

    post = models.ForeignKey(Post, models.PROTECT, related_name="waivers", verbose_name=_("post"))
    payable = models.CharField(_("paid for"), max_length=64)
    reason = models.CharField(_("reason"), max_length=24, choices=WaiverReason)
    requested_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", editable=False, verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested"), editable=False)
    approved_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True, editable=False)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        verbose_name = _("fee waiver")
        verbose_name_plural = _("fee waivers")
        ordering = ["-requested_at", "-pk"]
        permissions = [("approve_waiver", _("Can approve fee waivers that others requested"))]
        constraints = [
            models.CheckConstraint(condition=~Q(payable=""), name="a_waiver_is_for_something"),
            models.CheckConstraint(condition=Q(reason__in=WaiverReason.values), name="a_waiver_has_a_known_reason"),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False) & ~Q(approved_by=F("requested_by")),
                name="a_waiver_is_approved_by_a_second_person",
            ),
            models.UniqueConstraint(
                fields=["payable", "post"],
                name="a_post_waives_once",
                violation_error_message=_("A waiver for this was requested before."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.payable}"

    @property
    def is_approved(self) -> bool:
        return self.approved_at is not None
