import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen, Scope, User, entrusted_to
from apps.privacy.statuses import ExportStatus


class ExportQuerySet(models.QuerySet["Export"]):
    def of(self, user: User, scope: Scope = Scope.MANAGE) -> Self:
        """Those the account itself asked for, while it may manage the citizen."""
        return self.filter(account=user, citizen__in=entrusted_to(user, Scope.MANAGE))

    def preparing(self) -> Self:
        return self.filter(ready_at=None)

    def over(self, *, at: datetime) -> Self:
        return self.filter(until__lte=at)


class Export(models.Model):
    """A copy of what we hold about somebody (Personal Information Protection Law art. 45), kept for a week."""

    LASTS = timedelta(days=7)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="+", verbose_name=_("citizen"))
    account = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("account"))
    requested_at = models.DateTimeField(_("asked for"))
    ready_at = models.DateTimeField(_("ready"), null=True)
    until = models.DateTimeField(_("until"), null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy of personal data")
        verbose_name_plural = _("copies of personal data")
        constraints = [
            models.CheckConstraint(
                condition=Q(ready_at=None, until=None) | Q(ready_at__isnull=False, until__gt=F("ready_at")),
                name="a_copy_that_is_ready_ends",
            ),
            models.UniqueConstraint(
                fields=["citizen", "account"], condition=Q(ready_at=None), name="one_copy_is_prepared_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["citizen", "account", "-requested_at"], name="copies_of_a_citizen"),
            models.Index(fields=["until"], name="copies_by_their_end"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def key(self) -> str:
        """In the object store."""
        return f"exports/{self.pk}"

    @property
    def status(self) -> ExportStatus:
        return ExportStatus.PREPARING if self.ready_at is None else ExportStatus.READY


class Erasure(models.Model):
    """Somebody wants to be forgotten (Personal Information Protection Law art. 47), and once it is done, was.

    ``accounts`` acted for them, ``leaving`` go with them: ids, because the relations are gone first of all.
    """

    citizen = models.OneToOneField(
        Citizen, models.PROTECT, primary_key=True, related_name="+", verbose_name=_("citizen")
    )
    accounts = models.JSONField(_("accounts"), default=list)
    leaving = models.JSONField(_("accounts that go as well"), default=list)
    requested_at = models.DateTimeField(_("asked for"))
    erased_at = models.DateTimeField(_("erased"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(erased_at__isnull=False), name="an_erasure_ends_after_erasing"
            )
        ]

    def __str__(self) -> str:
        return str(self.citizen_id)
