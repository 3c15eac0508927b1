"""Who may act for a citizen: relations for good, mandates for a while and for a purpose (R2)."""

from datetime import timedelta
from functools import cache
from typing import Any, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.scopes import GRANTABLE, Scope
from apps.accounts.models.users import User
from apps.kernel.models import Record

LONGEST = timedelta(days=366)
"""Of a mandate."""


class EighteenYearsAgo(Func):
    """By the database's clock, in UTC. Civil Code art. 17: of age from the 18th birthday on.

    PostgreSQL takes 28 February for a day that does not exist: someone born on 29 February is of age on 1 March
    (as in ``ages.age``).
    """

    template = "((statement_timestamp() AT TIME ZONE 'UTC')::date - interval '18 years')::date"
    arity = 0
    output_field = models.DateField()


class RelationQuerySet(models.QuerySet["Relation"]):
    def in_force(self) -> Self:
        """A parent acts for a child until it is of age (R6); from then on by a mandate of its own."""
        return self.filter(~Q(kind=Relation.Kind.CHILD) | Q(citizen__born_on__gt=EighteenYearsAgo()))


class Relation(models.Model):
    """For whom an account may act, and why."""

    class Kind(models.TextChoices):
        SELF = "self", _("myself")
        CHILD = "child", _("my child")
        PARENT = "parent", _("my parent")

    user = models.ForeignKey(User, models.CASCADE, related_name="relations", verbose_name=_("account"))
    citizen = models.ForeignKey("accounts.Citizen", models.CASCADE, related_name="relations", verbose_name=_("citizen"))
    kind = models.CharField(_("relation"), max_length=8, choices=Kind.choices)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = RelationQuerySet.as_manager()

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


class MandateQuerySet(models.QuerySet["Mandate"]):
    def of(self, user: User, scope: Scope = Scope.VIEW) -> Self:
        """Those of the citizens the account manages, and, unless it is to manage them, those it holds."""
        managed = Q(citizen__in=Relation.objects.in_force().filter(user=user).values("citizen"))
        return self.filter(managed if scope == Scope.MANAGE else managed | Q(helper=user))

    def live(self) -> Self:
        """Neither over nor taken back, accepted or not, by the database's clock."""
        return self.filter(revoked_at=None, expires_at__gt=Now())

    def in_force(self) -> Self:
        return self.live().exclude(helper=None)


class Mandate(Record):
    """A helper's right: for one citizen, for some purposes, for a while, and taken back at any time.

    It is nobody's until a helper accepts it with the code, of which only a keyed hash is kept.
    """

    citizen = models.ForeignKey("accounts.Citizen", models.CASCADE, related_name="mandates", verbose_name=_("citizen"))
    helper = models.ForeignKey(
        User, models.CASCADE, related_name="mandates", verbose_name=_("helper"), null=True, blank=True
    )
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("granted by"))
    scopes = ArrayField(models.CharField(max_length=8), verbose_name=_("scopes"))
    granted_at = models.DateTimeField(_("granted"))
    expires_at = models.DateTimeField(_("ends"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True)
    handle = models.CharField(max_length=8, unique=True, editable=False)
    code_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    code_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=GRANTABLE, scopes__contains=[Scope.VIEW]),
                name="a_mandate_sees_and_never_manages",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("granted_at"), expires_at__lte=F("granted_at") + LONGEST),
                name="a_mandate_ends_within_a_year",
            ),
            models.CheckConstraint(
                condition=Q(helper=None, accepted_at=None) | Q(helper__isnull=False, accepted_at__isnull=False),
                name="who_accepted_a_mandate_is_known",
            ),
            models.CheckConstraint(condition=~Q(helper=F("granted_by")), name="nobody_is_their_own_helper"),
            models.CheckConstraint(condition=Q(accepted_at=None) | Q(code_hash=""), name="a_code_is_good_once"),
            models.CheckConstraint(condition=Q(attempts__lte=5), name="five_comparisons_per_mandate"),
            models.UniqueConstraint(
                fields=["helper", "citizen"], condition=Q(revoked_at=None), name="one_mandate_per_helper_and_citizen"
            ),
        ]
        indexes = [models.Index(fields=["citizen", "-created_at", "-id"], name="mandates_of_a_citizen")]

    def __str__(self) -> str:
        return f"{self.citizen_id}: {', '.join(self.scopes)}"


def entrusted_to(user: User, scope: Scope) -> RawSQL:
    """The ids of the citizens for whom the account may do this now (R2), for ``…__in``.

    By a relation everything, by a mandate what it says. They come from two indexes (``user``, ``helper``); no row of
    anybody else is looked at.
    """
    sql, given = _rights(scope)
    return RawSQL(sql, [user.pk if each == PLACEHOLDER else each for each in given])  # noqa: S611  all of it is Django's


PLACEHOLDER = UUID(int=0)
"""Stands for the account in a statement that is kept."""


@cache
def _rights(scope: Scope) -> tuple[str, tuple[Any, ...]]:
    """The statement, and what it is given. Nearly every request asks it, so it is put into words once."""
    related = Relation.objects.in_force().filter(user=PLACEHOLDER).order_by().values("citizen")
    granted = Mandate.objects.in_force().filter(helper=PLACEHOLDER, scopes__contains=[scope]).order_by()
    asked = related if scope == Scope.MANAGE else related.union(granted.values("citizen"), all=True)
    return asked.query.sql_with_params()
