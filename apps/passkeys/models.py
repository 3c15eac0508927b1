"""Passkeys as Web Authentication Level 3 §4 (credential record) has them, and the ceremonies around them."""

import hashlib
import uuid
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.passkeys.statuses import Purpose


class PasskeyQuerySet(models.QuerySet["Passkey"]):
    def of(self, user: User) -> Self:
        return self.filter(user=user, removed_at=None)


class Passkey(models.Model):
    """The public half of a key that only the officer's device can use. A removed one stays as evidence."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="passkeys", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=100)
    credential_id = models.BinaryField(max_length=1023, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(_("signatures counted by the device"), default=0)
    aaguid = models.CharField(_("make of the device"), max_length=36, blank=True)
    transports = models.JSONField(default=list, blank=True)
    backup_eligible = models.BooleanField(_("can be copied to other devices"), default=False)
    backed_up = models.BooleanField(_("is copied to other devices"), default=False)
    created_at = models.DateTimeField(_("created"))
    last_used_at = models.DateTimeField(_("last used"), null=True)
    removed_at = models.DateTimeField(_("removed"), null=True)

    objects = PasskeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("passkey")
        verbose_name_plural = _("passkeys")
        ordering = ["-created_at", "pk"]

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A link by which one officer, once and within a day, adds a passkey. Of its secret only the SHA-256 is kept."""

    LASTS = timedelta(hours=24)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("account"))
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, verbose_name=_("made by"))
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("enrolment link")
        verbose_name_plural = _("enrolment links")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("created_at") + timedelta(hours=24)), name="a_link_lasts_a_day_at_most"
            ),
            models.UniqueConstraint(fields=["user"], condition=Q(used_at=None), name="one_open_link_for_an_officer"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Ceremony(models.Model):
    """One question to an authenticator, answered once and within minutes.

    What is to be confirmed is part of the question: the authenticator signs its hash.
    """

    LASTS = timedelta(minutes=5)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", null=True, verbose_name=_("account"))
    what = models.CharField(_("what"), max_length=200, blank=True)
    nonce = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("question to a passkey")
        verbose_name_plural = _("questions to passkeys")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def challenge(self) -> bytes:
        """32 bytes: SHA-256 of nonce and SHA-256 of what is confirmed."""
        return challenge(bytes(self.nonce), self.what)


def challenge(nonce: bytes, what: str) -> bytes:
    return hashlib.sha256(nonce + hashlib.sha256(what.encode()).digest()).digest()


class Confirmation(models.Model):
    """An officer stood behind one act. Good for one decision; ``proof`` shows it to anyone, later.

    ``proof``: base64url of ``nonce``, ``client_data``, ``authenticator_data`` and ``signature``, or nothing where a
    sandbox session confirmed by its password.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("officer"))
    passkey = models.ForeignKey(Passkey, models.PROTECT, related_name="+", null=True, verbose_name=_("passkey"))
    what = models.CharField(_("what"), max_length=200)
    what_sha256 = models.CharField(max_length=64)
    proof: Any = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(_("at"))
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")

    def __str__(self) -> str:
        return f"{self.what} ({self.pk})"
