import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen, Scope, User, entrusted_to
from apps.documents.statuses import IssueStatus
from apps.kernel.models import Record

LAST_NUMBER = 99_999_999


class Series(models.Model):
    """Where numbers of one kind come from. Its row is locked while one is taken; it only ever rises."""

    prefix = models.CharField(_("prefix"), max_length=1, primary_key=True)
    next = models.PositiveIntegerField(_("next"), default=1)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(next__gte=1, next__lte=LAST_NUMBER + 1), name="a_series_has_eight_digits"
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}{self.next:08d}"


class IssueQuerySet(models.QuerySet["Issue"]):
    def of(self, user: User, scope: Scope = Scope.VIEW) -> Self:
        """What exists for those who act for its citizen (R2): nothing that is still being made."""
        return self.filter(citizen__in=entrusted_to(user, scope)).exclude(status=IssueStatus.RESERVED)

    def about(self, citizen: Citizen) -> Self:
        return self.filter(citizen=citizen)

    def live(self) -> Self:
        return self.exclude(status=IssueStatus.VOID)

    def void(self) -> Self:
        return self.filter(status=IssueStatus.VOID)


class Issue(Record):
    """A document we issue. Its number is taken once and never again; ``subject`` is what it was issued on."""

    number = models.CharField(_("number"), max_length=9, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=32, editable=False)
    subject = models.CharField(_("issued on"), max_length=64, editable=False)
    holder = models.CharField(_("holder"), max_length=64, editable=False)
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="+", verbose_name=_("citizen"), editable=False)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("account"), editable=False)
    status = models.CharField(
        _("status"), max_length=12, choices=IssueStatus.choices, default=IssueStatus.RESERVED, editable=False
    )
    issued_on = models.DateField(_("date of issue"), editable=False)
    expires_on = models.DateField(_("date of expiry"), editable=False)
    issued_at = models.DateTimeField(_("issued"), null=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    seal = models.BinaryField(null=True, editable=False)

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = _("issued document")
        verbose_name_plural = _("issued documents")
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="documents_of_an_account"),
            models.Index(fields=["citizen", "-created_at"], name="documents_of_a_citizen"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__regex="^[A-Z][0-9]{8}$"), name="a_number_is_a_letter_and_eight_digits"
            ),
            models.UniqueConstraint(
                fields=["subject"],
                condition=~models.Q(status=IssueStatus.VOID),
                name="one_live_document_per_subject",
            ),
            models.UniqueConstraint(
                fields=["holder", "kind"],
                condition=models.Q(status=IssueStatus.ISSUED),
                name="one_live_document_per_holder",
            ),
            models.CheckConstraint(
                condition=~models.Q(status=IssueStatus.ISSUED)
                | models.Q(issued_at__isnull=False, sha256__regex="^[0-9a-f]{64}$"),
                name="an_issued_document_is_stored",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def key(self) -> str:
        return key_of(self.pk, self.sha256)


def key_of(issue: uuid.UUID, sha256: str) -> str:
    """By content, so that a worker that comes too late overwrites nothing."""
    return f"{folder_of(issue)}{sha256}.pdf"


def folder_of(issue: uuid.UUID) -> str:
    return f"documents/{issue}/"
