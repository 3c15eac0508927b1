"""Citizens, who may act for them, and what was agreed to."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.users import User
from apps.kernel.models import Record


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
