from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen, Scope, User, entrusted_to
from apps.documents.statuses import REASONS, FileKind, FileStatus
from apps.kernel.models import Record

QUARANTINE = "quarantine/"


class FileQuerySet(models.QuerySet["File"]):
    def of(self, user: User, scope: Scope = Scope.VIEW) -> Self:
        """Those of every citizen the account may act for (R2)."""
        return self.filter(citizen__in=entrusted_to(user, scope))

    def about(self, citizen: Citizen) -> Self:
        return self.filter(citizen=citizen)

    def readable(self) -> Self:
        return self.filter(status=FileStatus.CLEAN)

    def older_than(self, at: datetime) -> Self:
        """For the purge of what is attached nowhere; only the caller knows what is."""
        return self.filter(created_at__lt=at).exclude(status__in=[FileStatus.EXPECTED, FileStatus.DISCARDED])

    def since(self, at: datetime) -> Self:
        return self.filter(created_at__gte=at)

    def forgotten(self, *, before: datetime) -> Self:
        """Announced, and never completed."""
        return self.filter(status=FileStatus.EXPECTED, created_at__lt=before)


class File(Record):
    """Something a person uploads. Nobody can open it before a worker has made a clean copy.

    It belongs to a citizen, whose key encrypts it; ``owner`` is the account that sent it.
    """

    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="+", verbose_name=_("citizen"))
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("owner"))
    kind = models.CharField(_("kind"), max_length=8, choices=FileKind.choices)
    content_type = models.CharField(_("type announced"), max_length=32)
    size = models.PositiveIntegerField(_("bytes announced"))
    status = models.CharField(
        _("status"), max_length=12, choices=FileStatus.choices, default=FileStatus.EXPECTED, editable=False
    )
    reason = models.CharField(_("reason"), max_length=32, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    width = models.PositiveIntegerField(_("width"), null=True, editable=False)
    height = models.PositiveIntegerField(_("height"), null=True, editable=False)
    clean_key = models.CharField(max_length=120, blank=True, editable=False)
    clean_type = models.CharField(_("type of the clean copy"), max_length=32, default="image/jpeg", editable=False)
    remarks = models.JSONField(_("remarks on the photo"), default=list, blank=True, editable=False)

    objects = FileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="files_of_an_account"),
            models.Index(fields=["citizen", "-created_at"], name="files_of_a_citizen"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status=FileStatus.CLEAN, sha256__regex="^[0-9a-f]{64}$") & ~models.Q(clean_key="")
                | ~models.Q(status=FileStatus.CLEAN) & models.Q(clean_key=""),
                name="a_clean_file_has_its_copy",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def raw_key(self) -> str:
        return f"{QUARANTINE}{self.pk}"

    @property
    def folder(self) -> str:
        return f"files/{self.pk}/"

    @property
    def reason_label(self) -> str:
        return str(REASONS.get(self.reason, ""))
