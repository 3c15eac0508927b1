"""Signing in: codes that were asked for, and how often things were tried."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.users import User


class Purpose(models.TextChoices):
    """What a code opens. One that was sent for one thing opens no other."""

    SIGN_IN = "sign_in", _("sign in")
    CONFIRM_DEVICE = "confirm_device", _("confirm a device")
    CHANGE_ADDRESS = "change_address", _("change an address")


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def answerable(self) -> Self:
        """By the database's clock, so that a machine with a wrong one does no harm."""
        return self.filter(used_at=None, expires_at__gt=Now())


class Challenge(models.Model):
    """One code sent to one address, for one purpose; other than for signing in, of one account.

    The code is stored nowhere: SECRET_KEY and ``seed`` make it. ``attempts`` counts comparisons and only ever rises.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seed = models.UUIDField(default=uuid.uuid4, editable=False)
    purpose = models.CharField(
        _("purpose"), max_length=16, choices=Purpose, default=Purpose.SIGN_IN, db_default=Purpose.SIGN_IN
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("account"), null=True)
    channel = models.CharField(_("channel"), max_length=8)
    address = models.CharField(_("address"), max_length=254)
    language = models.CharField(_("language"), max_length=8)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    used_at = models.DateTimeField(_("used"), null=True)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in code")
        verbose_name_plural = _("sign-in codes")
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose=Purpose.SIGN_IN, user=None) | ~Q(purpose=Purpose.SIGN_IN) & Q(user__isnull=False),
                name="only_a_code_to_sign_in_is_of_no_account",
            ),
            models.CheckConstraint(condition=Q(attempts__lte=5), name="five_comparisons_per_code"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Tally(models.Model):
    """How often something happened since ``since``. In PostgreSQL, so that no restart forgets it."""

    key = models.CharField(max_length=100, primary_key=True)
    count = models.PositiveIntegerField()
    since = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
