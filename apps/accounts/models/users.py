"""Accounts, and the devices signed in to them."""

import uuid
from datetime import timedelta
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _


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


class OfficerUser(User):
    """The accounts of staff, as the admin lists them. Which post an officer serves is known to ``posts``."""

    class Meta:
        proxy = True
        verbose_name = _("officer account")
        verbose_name_plural = _("officer accounts")


class DeviceQuerySet(models.QuerySet["Device"]):
    def of(self, user: User) -> Self:
        return self.filter(user=user)

    def live(self) -> Self:
        """Signed in, of a citizen's account that is open."""
        return self.filter(revoked_at=None, expires_at__gt=Now(), user__is_active=True, user__is_staff=False)


class Device(models.Model):
    """A phone that is signed in. Of its token only the SHA-256 is kept."""

    STAYS = timedelta(days=30)
    """How long an unused device stays signed in."""
    SEEN_EVERY = timedelta(minutes=10)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="devices", verbose_name=_("account"))
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(_("language"), max_length=8)
    created_at = models.DateTimeField(_("created"))
    last_seen_at = models.DateTimeField(_("last seen"))
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("signed out"), null=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="devices_of_an_account")]

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"
