from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen
from apps.kernel.models import Record


class CitizenKeyQuerySet(models.QuerySet["CitizenKey"]):
    def to_rewrap(self, *, kek: str) -> Self:
        """Alive, and wrapped by another key than this one."""
        return self.filter(destroyed_at=None).exclude(kek=kek)


class CitizenKey(Record):
    """The key that opens a citizen's files, wrapped by one of ``FILE_KEYS``. Destroying it erases them all.

    The row stays when the key goes: it says that there was one, and keeps another from being made.
    """

    citizen = models.OneToOneField(Citizen, models.PROTECT, related_name="+", verbose_name=_("citizen"), editable=False)
    wrapped = models.BinaryField(null=True, editable=False)
    kek = models.CharField(_("wrapped by"), max_length=16, blank=True, editable=False)
    destroyed_at = models.DateTimeField(_("destroyed"), null=True, editable=False)

    objects = CitizenKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("file key")
        verbose_name_plural = _("file keys")
        indexes = [models.Index(fields=["kek"], condition=Q(destroyed_at=None), name="file_keys_by_wrapping_key")]
        constraints = [
            models.CheckConstraint(
                condition=Q(wrapped__isnull=False, destroyed_at__isnull=True) & ~Q(kek="")
                | Q(wrapped__isnull=True, destroyed_at__isnull=False, kek=""),
                name="a_file_key_is_there_or_destroyed",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
