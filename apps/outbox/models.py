from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def open(self) -> Self:
        return self.filter(done_at=None)

    def parked(self) -> Self:
        return self.open().filter(due_at=None)

    def due(self, *, queue: str) -> Self:
        """By the database's clock, so that a machine with a wrong one does no harm."""
        return self.open().filter(queue=queue, due_at__lte=Now())


class Delivery(models.Model):
    """One reaction owed to one event.

    ``attempts`` is the fencing token: it rises each time a worker takes the job, and only its last holder may
    finish it. ``due_at`` is when the next worker may take it: the end of the lease while one runs; empty when parked.
    ``silent`` counts the latest attempts whose worker never said how it ended.
    """

    event = models.CharField(_("event"), max_length=64)
    reaction = models.CharField(_("reaction"), max_length=128)
    body = models.JSONField(_("facts"))
    queue = models.CharField(_("queue"), max_length=32)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    forgiven = models.PositiveIntegerField(_("attempts before the last replay"), default=0)
    silent = models.PositiveIntegerField(_("attempts without an outcome"), default=0)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    due_at = models.DateTimeField(_("next attempt"), null=True, db_default=Now())
    done_at = models.DateTimeField(_("done"), null=True)
    error = models.TextField(_("error"), default="")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        permissions = [("replay_delivery", _("Can try parked deliveries again"))]
        indexes = [
            models.Index(fields=["queue", "due_at"], name="open_deliveries", condition=models.Q(done_at=None)),
            models.Index(fields=["done_at"], name="done_deliveries"),
        ]

    def __str__(self) -> str:
        return f"{self.reaction} #{self.pk}"
