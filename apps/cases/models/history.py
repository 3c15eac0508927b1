from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen, User
from apps.cases.models.cases import Case
from apps.cases.statuses import Status
from apps.documents.models import File
from apps.kernel.workflow import By


class Step(models.Model):
    """One move that was made: the case's history, never edited."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="history")
    move = models.CharField(_("step"), max_length=32)
    source = models.CharField(max_length=24, choices=Status.choices)
    target = models.CharField(_("status"), max_length=24, choices=Status.choices)
    by = models.CharField(_("by"), max_length=12, choices=[(by.value, by.value) for by in By])
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    reasons = models.JSONField(_("reasons"), default=list)
    note = models.TextField(_("note"), blank=True)
    details = models.JSONField(_("details"), default=dict, db_default={})
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("history")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["case", "at"], name="history_of_a_case")]

    def __str__(self) -> str:
        return f"{self.move} → {self.target}"


class Attachment(models.Model):
    """A file put to a material of the case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="attachments")
    material = models.CharField(_("material"), max_length=32)
    file = models.ForeignKey(File, models.PROTECT, related_name="+", verbose_name=_("file"))
    attached_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["attached_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["case", "file"], name="a_file_serves_a_case_once")]

    def __str__(self) -> str:
        return self.material


class Change(models.Model):
    """A line of the delta feed: something about a citizen is new. ``subject`` is what the phone reads again.

    Whoever writes one holds a lock of its citizen until the commit (``services.changes``), so that for a citizen the
    ids rise in the order of the commits: nothing appears behind a reader's back.
    """

    citizen = models.ForeignKey(Citizen, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["citizen", "id"], name="changes_of_a_citizen"),
            models.Index(fields=["at"], name="changes_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Presence(models.Model):
    """Who has a case open on the screen: a warning, not a lock. Old rows mean nothing and are thrown away."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    officer = models.ForeignKey(User, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "officer"], name="an_officer_is_present_once")]
        indexes = [models.Index(fields=["seen_at"], name="presences_by_age")]

    def __str__(self) -> str:
        return f"{self.officer} {self.seen_at:%H:%M:%S}"
