"""Citizens, and what was agreed to for them."""

from typing import Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.rights import Mandate, Relation, entrusted_to
from apps.accounts.models.scopes import Scope
from apps.accounts.models.users import User
from apps.kernel.models import Record


class Sex(models.TextChoices):
    """ICAO Doc 9303-3 §4.1.1.1: X where neither is stated."""

    FEMALE = "F", _("female")
    MALE = "M", _("male")
    UNSPECIFIED = "X", _("unspecified")


class CitizenQuerySet(models.QuerySet["Citizen"]):
    def of(self, user: User, scope: Scope = Scope.VIEW) -> Self:
        """Those for whom the account may do this now; see ``entrusted_to``."""
        return self.filter(pk__in=entrusted_to(user, scope))

    def with_rights(self, user: User) -> Self:
        """After ``of``: its ``kind`` of relation, or None; ``granted`` and ``until`` of a mandate."""
        related = Relation.objects.in_force().filter(user=user, citizen=OuterRef("pk"))
        mandate = Mandate.objects.in_force().filter(helper=user, citizen=OuterRef("pk"))
        return self.annotate(
            kind=Subquery(related.values("kind")[:1]),
            granted=Subquery(mandate.values("scopes")[:1]),
            until=Subquery(mandate.values("expires_at")[:1]),
        )


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


class ConsentQuerySet(models.QuerySet["Consent"]):
    def of(self, user: User, scope: Scope = Scope.VIEW) -> Self:
        return self.filter(user=user)

    def in_force(self) -> Self:
        return self.filter(withdrawn_at=None)


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
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("at")), name="withdrawn_after_it_was_given"
            )
        ]
        indexes = [
            models.Index(fields=["citizen", "purpose"], name="consents_of_a_citizen"),
            models.Index(fields=["user", "-created_at", "-id"], name="consents_of_an_account"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.text_version}"
