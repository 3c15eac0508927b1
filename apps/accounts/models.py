import uuid
from datetime import timedelta
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from apps.kernel.models import Record


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


class Sex(models.TextChoices):
    """ICAO Doc 9303-3 §4.1.1.1: X where neither is stated."""

    FEMALE = "F", _("female")
    MALE = "M", _("male")
    UNSPECIFIED = "X", _("unspecified")


class CitizenQuerySet(models.QuerySet["Citizen"]):
    def of(self, user: User) -> Self:
        """Those the account may act for (R2)."""
        return self.filter(relations__user=user)

    def with_kind(self) -> Self:
        """After ``of``: each row knows its ``kind`` of relation to that account."""
        return self.annotate(kind=F("relations__kind"))


class Citizen(Record):
    """A person. What the state knows about them belongs here, not to the account that typed it (R2).

    ``surname`` and ``given_names`` are the spelling printed in the passport, ICAO's primary and secondary
    identifier: the first is never empty (Doc 9303-3 §4.6), the second may be.
    """

    name = models.CharField(_("name"), max_length=100)
    surname = models.CharField(_("surname, printed"), max_length=100)
    given_names = models.CharField(_("given names, printed"), max_length=100, blank=True)
    born_on = models.DateField(_("born"))
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices)
    place_of_birth = models.CharField(_("place of birth"), max_length=100)
    nationality = models.CharField(_("nationality"), max_length=3, default="CHN", editable=False)
    identity_number = models.CharField(  # noqa: DJ001  "has none" (born abroad) is not an empty number
        _("identity number"), max_length=18, null=True, blank=True
    )

    objects = CitizenQuerySet.as_manager()

    class Meta:
        verbose_name = _("citizen")
        verbose_name_plural = _("citizens")
        constraints = [
            models.CheckConstraint(condition=~Q(surname=""), name="the_primary_identifier_is_filled"),
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="sex_is_as_icao_writes_it"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def full_spelling(self) -> str:
        return f"{self.surname} {self.given_names}".strip()


class Relation(models.Model):
    """For whom an account may act, and why."""

    class Kind(models.TextChoices):
        SELF = "self", _("myself")
        CHILD = "child", _("my child")
        PARENT = "parent", _("my parent")

    user = models.ForeignKey(User, models.CASCADE, related_name="relations", verbose_name=_("account"))
    citizen = models.ForeignKey(Citizen, models.CASCADE, related_name="relations", verbose_name=_("citizen"))
    kind = models.CharField(_("relation"), max_length=8, choices=Kind.choices)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        constraints = [
            models.UniqueConstraint(fields=["user", "citizen"], name="one_relation_to_a_citizen"),
            models.UniqueConstraint(fields=["user"], condition=Q(kind="self"), name="one_self_per_account"),
            models.CheckConstraint(condition=Q(kind__in=["self", "child", "parent"]), name="relations_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.citizen}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def of(self, user: User) -> Self:
        return self.filter(user=user)


class Consent(Record):
    """What a person agreed to, provable word by word: the hash is of the very text they were shown (R20)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("account"))
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="consents", verbose_name=_("citizen"))
    purpose = models.CharField(_("purpose"), max_length=64)
    text_version = models.CharField(_("version of the text"), max_length=16)
    text_sha256 = models.CharField(_("SHA-256 of the text"), max_length=64)
    language = models.CharField(_("language"), max_length=8)
    device = models.CharField(_("device"), max_length=160)
    at = models.DateTimeField(_("at"))

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["citizen", "purpose"], name="consents_of_a_citizen")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.text_version}"
