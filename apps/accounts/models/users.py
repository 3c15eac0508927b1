"""Accounts, and the devices signed in to them."""

import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.scopes import Scope


class Accounts(BaseUserManager["User"]):
    def create_user(self, username: str | None = None, password: str | None = None, **facts: Any) -> "User":
        """Without a password the account can only be entered by one-time code."""
        user = self.model(username=username, **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **facts: Any) -> "User":
        return self.create_user(username, password, is_staff=True, is_superuser=True, **facts)


class User(AbstractBaseUser, PermissionsMixin):
    """An account: a citizen's, reached by phone or e-mail, or an officer's, by user name."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(_("user name"), max_length=64, unique=True, null=True, blank=True)
    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=16, unique=True, null=True, blank=True)
    language = models.CharField(_("language"), max_length=8, default="zh-hans")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    email_flagged_at = models.DateTimeField(_("e-mail doubtful since"), null=True, blank=True)
    phone_flagged_at = models.DateTimeField(_("phone doubtful since"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = Accounts()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(
                condition=~Q(username=None, email=None, phone=None), name="an_account_can_be_entered"
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="emails_are_lower_case"),
        ]

    def __str__(self) -> str:
        return self.username or self.email or self.phone or str(self.pk)


class FormerAddress(models.Model):
    """Where an account was reached until ``changed_at``, kept until that address has been told."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="former_addresses", verbose_name=_("account"))
    channel = models.CharField(_("channel"), max_length=8)
    address = models.CharField(_("address"), max_length=254)
    changed_at = models.DateTimeField(_("changed"), db_index=True)
    told_at = models.DateTimeField(_("told"), null=True)

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")

    def __str__(self) -> str:
        return str(self.pk)


class OfficerUser(User):
    """The accounts of staff, as the admin lists them. Which post an officer serves is known to ``posts``."""

    class Meta:
        proxy = True
        verbose_name = _("officer account")
        verbose_name_plural = _("officer accounts")


class TrustedBy(models.TextChoices):
    """Why a device is believed to be its owner's (ADR 7)."""

    FIRST = "first", _("the only way in")
    DEVICE = "device", _("another device")
    ADDRESS = "address", _("the other address")
    WAITING = "waiting", _("nobody objected")
    COUNTER = "counter", _("at the counter")


class DeviceQuerySet(models.QuerySet["Device"]):
    def of(self, user: User, scope: Scope = Scope.VIEW) -> Self:
        """An account's devices are its own affair: no right to act for a citizen reaches them."""
        return self.filter(user=user)

    def trusted(self) -> Self:
        return self.exclude(trusted_at=None)

    def on_probation(self) -> Self:
        return self.filter(trusted_at=None)

    def live(self) -> Self:
        """Signed in, of a citizen's account that is open."""
        return self.filter(revoked_at=None, expires_at__gt=Now(), user__is_active=True, user__is_staff=False)


class Device(models.Model):
    """A phone that is signed in. Of its token only the SHA-256 is kept."""

    STAYS = timedelta(days=30)
    """How long an unused device stays signed in."""
    SEEN_EVERY = timedelta(minutes=10)
    WAITS = timedelta(days=7)
    """How long the other devices and addresses have to object to a new one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="devices", verbose_name=_("account"))
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(_("language"), max_length=8)
    created_at = models.DateTimeField(_("created"))
    last_seen_at = models.DateTimeField(_("last seen"))
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("signed out"), null=True)
    channel = models.CharField(_("came in by"), max_length=8, blank=True, default="", db_default="")
    told_at = models.DateTimeField(_("owner told"), null=True, editable=False)
    """When the message about it left by another channel than the one it came in by: the owner could hear of it."""
    trusted_at = models.DateTimeField(_("trusted since"), null=True)
    trusted_by = models.CharField(
        _("trusted by"), max_length=8, choices=TrustedBy, blank=True, default="", db_default=""
    )

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        constraints = [
            models.CheckConstraint(
                condition=Q(trusted_at=None, trusted_by="") | Q(trusted_at__isnull=False) & ~Q(trusted_by=""),
                name="trust_has_a_reason",
            )
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="devices_of_an_account"),
            models.Index(
                fields=["created_at"], name="devices_on_probation", condition=Q(trusted_at=None, revoked_at=None)
            ),
        ]
        permissions = [("confirm_device", _("Can confirm or refuse a new device at the counter"))]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"

    @property
    def is_trusted(self) -> bool:
        return self.trusted_at is not None

    @property
    def waits_until(self) -> datetime | None:
        """When it is trusted if nobody objects, at the earliest; nothing when it is trusted, or nobody can be sure."""
        flagged = getattr(self.user, f"{'email' if self.channel == 'email' else 'phone'}_flagged_at")
        if self.is_trusted or flagged or not (self.told_at or self._may_be_heard_of()):
            return None
        return (self.told_at or self.created_at) + self.WAITS

    def _may_be_heard_of(self) -> bool:
        """There is an address it did not come in by, or a trusted device, to which a push may go."""
        other = self.user.phone if self.channel == "email" else self.user.email
        return bool(other) or Device.objects.of(self.user).live().trusted().exists()
