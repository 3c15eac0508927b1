import secrets
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Concat
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen, Scope, User, entrusted_to
from apps.cases.models.holder import Holder
from apps.cases.procedure import Procedure, procedures
from apps.cases.statuses import ANSWERABLE, LIVE, PROMISED, QUEUED, SUBMITTED_AND_LIVE, Receipt, Status
from apps.kernel.models import Record
from apps.posts.models import ChargePolicy, Delivery, Post, Urgency

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without the characters people confuse when they read a number over the phone."""

LAST_CHARACTER = chr(0x10FFFF)


def new_number() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


class CaseQuerySet(models.QuerySet["Case"]):
    def of(self, user: User, scope: Scope = Scope.VIEW) -> Self:
        """Those of every citizen the account may act for (R2)."""
        return self.filter(citizen__in=entrusted_to(user, scope))

    def handled_by(self, officer: User) -> Self:
        """Those of the officer's own post, once submitted."""
        return self.filter(post__in=Post.objects.of_officer(officer)).exclude(submitted_at=None)

    def queue(self) -> Self:
        """Waiting for an officer, oldest due first; a resubmitted case keeps its place (R30)."""
        return self.filter(status__in=QUEUED).order_by("due_on", "submitted_at", "pk")

    def free(self, *, officer: User, at: datetime) -> Self:
        """Those the officer may take: nobody holds them, or the officer does; never a refusal of the officer's own."""
        idle = Q(officer=None) | Q(officer=officer) | Q(held_until=None) | Q(held_until__lte=at)
        return self.filter(idle | Q(officer__is_active=False)).exclude(status=Status.FINAL_REVIEW, proposed_by=officer)

    def live(self) -> Self:
        return self.filter(status__in=LIVE)

    def named(self, words: str) -> Self:
        """Those whose holder's name begins so, in either script.

        Asked as a range: unlike a pattern, PostgreSQL may look that up in an index beneath the policies of the rows.
        """
        spelled = words.upper()
        return self.filter(
            Q(name__gte=words, name__lt=words + LAST_CHARACTER)
            | Q(spelling__gte=spelled, spelling__lt=spelled + LAST_CHARACTER)
        )


class Case(Record):
    """One application of one citizen to one post. ``services.move`` alone writes ``status``."""

    number = models.CharField(_("number"), max_length=16, unique=True, default=new_number, editable=False)
    kind = models.CharField(_("procedure"), max_length=32, editable=False)
    service = models.CharField(_("service"), max_length=32, blank=True)
    status = models.CharField(_("status"), max_length=24, choices=Status.choices, default=Status.DRAFT, editable=False)
    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="cases", verbose_name=_("citizen"))
    person = models.CharField(max_length=64, editable=False)
    """Who it is really about (``accounts.services.person_key``): two accounts may have entered the same citizen."""
    applicant = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("applicant's account"))
    post = models.ForeignKey(Post, models.PROTECT, related_name="cases", verbose_name=_("post"))
    urgency = models.CharField(_("urgency"), max_length=8, choices=Urgency.choices, default=Urgency.NORMAL)
    particulars = models.JSONField(default=dict, editable=False)
    """The citizen as submitted: what was reviewed is what is issued, whatever is edited meanwhile."""
    name = models.GeneratedField(
        expression=KT("particulars__name"), output_field=models.TextField(db_collation="C"), db_persist=True
    )
    spelling = models.GeneratedField(
        expression=Concat(
            KT("particulars__surname"), Value(" "), KT("particulars__given_names"), output_field=models.TextField()
        ),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    """As printed, both to be searched by."""
    charge_policy = models.CharField(
        _("charged"), max_length=16, choices=ChargePolicy.choices, blank=True, editable=False
    )
    """As the post had it on submission (R32), so that a change of policy moves no case."""
    officer = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("officer")
    )
    held_until = models.DateTimeField(_("held until"), null=True, editable=False)
    """The officer has it on the desk until then; every act there extends it."""
    proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("refusal proposed by")
    )
    """A refusal needs another officer than this one (R31). A trigger holds it against the history."""
    repeats = models.PositiveSmallIntegerField(_("repeated requests"), default=0, db_default=0, editable=False)
    """How often something was asked for that was visible before (R30)."""
    delivery = models.CharField(
        _("delivery"),
        max_length=8,
        choices=Delivery.choices,
        default=Delivery.COLLECT,
        db_default=Delivery.COLLECT,
        editable=False,
    )
    ship_to = models.CharField(_("postal address"), max_length=300, blank=True, db_default="", editable=False)
    tracking = models.CharField(_("tracking number"), max_length=64, blank=True, db_default="", editable=False)
    receipt = models.CharField(
        _("receipt"), max_length=12, choices=Receipt.choices, blank=True, db_default="", editable=False
    )
    """The applicant's word; that the mail lost it only an officer decides."""
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False)
    fee_settled_at = models.DateTimeField(_("paid"), null=True, editable=False)
    due_on = models.DateField(_("due"), null=True, editable=False)
    """The first promise: orders the queue, and stays when papers are sent again (R30). Nobody is late by it."""
    expected_on = models.DateField(_("expected"), null=True, editable=False)
    """What the person is told, and what the post is held to; counts from a complete file (R33)."""
    answer_by = models.DateField(_("answer by"), null=True, editable=False)
    """While it is the person's turn: the last day, after which the case lapses."""

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(
                fields=["citizen", "kind"],
                condition=Q(status__in=LIVE),
                name="one_live_case_per_citizen_and_kind",
            ),
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(status__in=SUBMITTED_AND_LIVE),
                name="one_submitted_case_per_person_and_kind",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="status_is_a_known_one"),
            models.CheckConstraint(
                condition=~Q(status__in=ANSWERABLE) | Q(answer_by__isnull=False), name="a_question_has_its_last_day"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.FINAL_REVIEW) | Q(proposed_by__isnull=False),
                name="a_proposal_has_its_officer",
            ),
            models.CheckConstraint(
                condition=Q(delivery=Delivery.COLLECT) | Q(status=Status.DRAFT) | ~Q(ship_to=""),
                name="what_is_sent_has_an_address",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.SHIPPED, Status.DELIVERED]) | ~Q(tracking=""),
                name="what_was_sent_can_be_traced",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT)
                | Q(status=Status.WITHDRAWN)
                | Q(submitted_at__isnull=False, due_on__isnull=False),
                name="a_submitted_case_has_its_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["citizen", "-created_at"], name="cases_of_a_citizen"),
            models.Index(
                fields=["post", "due_on", "submitted_at"],
                name="queue_of_a_post",
                condition=Q(status__in=QUEUED),
            ),
            models.Index(
                fields=["post", "due_on", "submitted_at"],
                name="missing_of_a_post",
                condition=Q(receipt=Receipt.MISSING),
            ),
            models.Index(fields=["post", "-submitted_at"], name="cases_of_a_post"),
            models.Index(fields=["post", "name"], name="live_cases_by_name", condition=Q(status__in=LIVE)),
            models.Index(fields=["post", "spelling"], name="live_cases_by_spelling", condition=Q(status__in=LIVE)),
            models.Index(fields=["answer_by"], name="cases_to_lapse", condition=Q(status__in=ANSWERABLE)),
            models.Index(fields=["post", "expected_on"], name="promises_of_a_post", condition=Q(status__in=PROMISED)),
        ]
        permissions = [("supervise", _("Can ask again and free what others hold"))]

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

    @cached_property
    def papers(self) -> list[Any]:
        """What is attached, with the files, read once for this instance."""
        return list(self.attachments.select_related("file"))

    @property
    def payable(self) -> str:
        """The key under which payments know this case."""
        return f"case:{self.pk}"
