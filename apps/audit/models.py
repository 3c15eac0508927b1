import hashlib
import json
from datetime import UTC
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, subject: str) -> Self:
        return self.filter(subject=subject)


class Entry(models.Model):
    """One act. ``actor`` is ``officer:<id>``, ``applicant:<id>`` or ``system``; ``subject`` is like ``case:<id>``.

    ``citizen`` is whose file it was. It is no foreign key: what was written down outlives whom it is about.
    """

    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("actor"), max_length=64)
    action = models.CharField(_("action"), max_length=64)
    subject = models.CharField(_("subject"), max_length=100)
    citizen = models.UUIDField(_("citizen"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["subject", "-at"], name="audit_of_a_subject"),
            models.Index(fields=["actor", "-at"], name="audit_of_an_actor"),
            models.Index(fields=["citizen", "-at"], name="audit_of_a_citizen"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.action} {self.subject}"


class Batch(models.Model):
    """A run of entries, sealed: every id from ``first`` to ``last``, of which ``count`` are in use.

    ``root`` is the Merkle tree hash over the entries by id, ``previous`` the head before this one, ``head`` the SHA-256
    of the statement; all in hexadecimal. ``signature`` is Ed25519 (RFC 8032) over the statement, by ``key``.
    """

    number = models.BigIntegerField(_("number"), primary_key=True)
    first = models.BigIntegerField(_("first entry"))
    last = models.BigIntegerField(_("last entry"))
    count = models.PositiveIntegerField(_("entries"))
    root = models.CharField(_("tree hash"), max_length=64)
    previous = models.CharField(_("previous head"), max_length=64)
    head = models.CharField(_("head"), max_length=64)
    key = models.CharField(_("key"), max_length=64)
    signature = models.CharField(_("signature"), max_length=128)
    sealed_at = models.DateTimeField(_("sealed"))
    published_at = models.DateTimeField(_("published"), null=True)

    class Meta:
        verbose_name = _("sealed batch")
        verbose_name_plural = _("sealed batches")
        constraints = [
            models.CheckConstraint(condition=models.Q(first__lte=models.F("last")), name="a_batch_has_a_range"),
            models.UniqueConstraint(fields=["first"], name="a_batch_begins_once"),
        ]
        indexes = [
            models.Index(fields=["number"], name="unpublished_batches", condition=models.Q(published_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.first}–{self.last}"

    @property
    def facts(self) -> dict[str, Any]:
        """What is signed: everything but when the head was carried out of the house."""
        return {
            "batch": self.number,
            "count": self.count,
            "first": self.first,
            "key": self.key,
            "last": self.last,
            "previous": self.previous,
            "root": self.root,
            "sealed_at": self.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        }

    @property
    def statement(self) -> bytes:
        """The facts as JSON without blanks, names in order (RFC 8785)."""
        return json.dumps(self.facts, sort_keys=True, separators=(",", ":")).encode()

    def counted_head(self) -> str:
        return hashlib.sha256(self.statement).hexdigest()
