import secrets
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Self

from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen, User
from apps.cases.procedure import Procedure, procedures
from apps.cases.statuses import LIVE, QUEUED, SUBMITTED_AND_LIVE, Status
from apps.documents.models import File
from apps.kernel.models import Record
from apps.kernel.workflow import By
from apps.posts.models import ChargePolicy, Post, Urgency

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without the characters people confuse when they read a number over the phone."""


def new_number() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


def person_key(citizen: Citizen) -> str:
    """The same for one person, whoever entered them: by identity number where there is one, else by row."""
    if not citizen.identity_number:
        return citizen.pk.hex
    return salted_hmac("person", citizen.identity_number, algorithm="sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Holder:
    """The particulars that are reviewed and printed."""

    name: str
    surname: str
    given_names: str
    born_on: date
    sex: str
    place_of_birth: str
    nationality: str
    identity_number: str | None

    @property
    def full_spelling(self) -> str:
        return f"{self.surname} {self.given_names}".strip()

    @classmethod
    def of(cls, citizen: Citizen) -> "Holder":
        return cls(**{field.name: getattr(citizen, field.name) for field in fields(cls)})

    @classmethod
    def read(cls, written: dict[str, Any]) -> "Holder":
        return cls(**written | {"born_on": date.fromisoformat(written["born_on"])})

    def written(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self) | {"born_on": self.born_on.isoformat()}


class CaseQuerySet(models.QuerySet["Case"]):
    def of(self, user: User) -> Self:
        """Those of every citizen the account may act for (R2)."""
        return self.filter(citizen__in=Citizen.objects.of(user))

    def handled_by(self, officer: User) -> Self:
        """Those of the officer's own post, once submitted."""
        return self.filter(post__in=Post.objects.of_officer(officer)).exclude(submitted_at=None)

    def queue(self) -> Self:
        """Waiting for an officer, oldest due first; a resubmitted case keeps its place (R30)."""
        return self.filter(status__in=QUEUED).order_by("due_on", "submitted_at", "pk")

    def live(self) -> Self:
        return self.filter(status__in=LIVE)


class Case(Record):
    """One application of one citizen to one post. ``services.move`` alone writes ``status``."""

    number = models.CharField(_("number"), max_length=16, unique=True, default=new_number, editable=False)
    kind = models.CharField(_("procedure"), max_length=32, editable=False)
    service = models.CharField(_("service"), max_length=32, blank=True)
    status = models.CharField(_("status"), max_length=24, choices=Status.choices, default=Status.DRAFT, editable=False)
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="cases", verbose_name=_("citizen"))
    person = models.CharField(max_length=64, editable=False)
    """Who it is really about: two accounts may each have entered the same citizen (see ``person_key``)."""
    applicant = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("applicant's account"))
    post = models.ForeignKey(Post, models.PROTECT, related_name="cases", verbose_name=_("post"))
    urgency = models.CharField(_("urgency"), max_length=8, choices=Urgency.choices, default=Urgency.NORMAL)
    particulars = models.JSONField(default=dict, editable=False)
    """The citizen as submitted: what was reviewed is what is issued, whatever is edited meanwhile."""
    charge_policy = models.CharField(
        _("charged"), max_length=16, choices=ChargePolicy.choices, blank=True, editable=False
    )
    """As the post had it on submission (R32), so that a change of policy moves no case."""
    officer = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("officer")
    )
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False)
    fee_settled_at = models.DateTimeField(_("paid"), null=True, editable=False)
    due_on = models.DateField(_("due"), null=True, editable=False)
    """When the post must have answered: orders the queue, and stays when papers are sent again."""
    expected_on = models.DateField(_("expected"), null=True, editable=False)
    """What the person is told; counts from a complete file (R33)."""

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(
                fields=["citizen", "kind"],
                condition=models.Q(status__in=LIVE),
                name="one_live_case_per_citizen_and_kind",
            ),
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=models.Q(status__in=SUBMITTED_AND_LIVE),
                name="one_submitted_case_per_person_and_kind",
            ),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="status_is_a_known_one"),
            models.CheckConstraint(
                condition=models.Q(status=Status.DRAFT)
                | models.Q(status=Status.WITHDRAWN)
                | models.Q(submitted_at__isnull=False, due_on__isnull=False),
                name="a_submitted_case_has_its_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["citizen", "-created_at"], name="cases_of_a_citizen"),
            models.Index(
                fields=["post", "due_on", "submitted_at"],
                name="queue_of_a_post",
                condition=models.Q(status__in=QUEUED),
            ),
            models.Index(fields=["post", "-submitted_at"], name="cases_of_a_post"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def procedure(self) -> Procedure:
        return procedures[self.kind]

    @property
    def state(self) -> Status:
        return Status(self.status)

    @property
    def holder(self) -> Holder:
        """Who it is for: as submitted, or while it is a draft as the citizen stands now."""
        return Holder.read(self.particulars or Holder.of(self.citizen).written())

    @property
    def payable(self) -> str:
        """The key under which payments know this case."""
        return f"case:{self.pk}"


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
