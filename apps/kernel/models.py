import uuid
from collections.abc import Iterable
from typing import Any

from django.db import models


class Record(models.Model):
    """A row with a random id, its times, and a version that every write raises (the ETag of the API)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Callers hold the row lock, so raising the version in memory loses nothing."""
        self.version += 1
        if update_fields is not None:
            update_fields = {*update_fields, "version", "updated_at"}
        super().save(*args, update_fields=update_fields, **kwargs)


class Answer(models.Model):
    """What was answered to one ``Idempotency-Key``, written in the transaction of the effect itself."""

    actor = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.actor} {self.key}"
