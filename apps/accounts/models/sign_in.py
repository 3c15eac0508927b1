"""Signing in: codes that were asked for, and how often things were tried."""

import uuid
from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def answerable(self) -> Self:
        """By the database's clock, so that a machine with a wrong one does no harm."""
        return self.filter(used_at=None, expires_at__gt=Now())


class Challenge(models.Model):
    """One sign-in code sent to one address. The code is stored nowhere: SECRET_KEY and ``seed`` make it.

    ``attempts`` counts comparisons and only ever rises.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seed = models.UUIDField(default=uuid.uuid4, editable=False)
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

    def __str__(self) -> str:
        return str(self.pk)


class Tally(models.Model):
    """How often something happened since ``since``. In PostgreSQL, so that no restart forgets it."""

    key = models.CharField(max_length=100, primary_key=True)
    count = models.PositiveIntegerField()
    since = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
