from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from apps.accounts.models import Citizen, Consent, Scope, User, entrusted_to
from apps.documents.models import Issue
from apps.kernel.models import Record
from apps.losses.statuses import LIVE, FoundStatus, Sent, Status
from apps.posts.bilingual import said
from apps.posts.models import Post

MINISTRY = "MFA"
"""In place of a post's code, where China has no post. No post may have it."""
SHORT = 6
"""Of shorter numbers nothing is shown."""


class LossReportQuerySet(models.QuerySet["LossReport"]):
    def of(self, user: User, scope: Scope = Scope.VIEW) -> Self:
        """Of the people the account may act for, whoever of them reported."""
        return self.filter(citizen__in=entrusted_to(user, scope))

    def live(self) -> Self:
        return self.filter(status__in=LIVE)

    def in_sight(self, officer: User) -> Self:
        """Those made to the officer's post, and those of citizens with a case there; every one for a superuser.

        Named by relation, not by import: which application follows from a loss is not known here.
        """
        if officer.is_superuser:
            return self.all()
        posts = Post.objects.of_officer(officer)
        handled = Citizen.objects.filter(cases__post__in=posts, cases__submitted_at__isnull=False)
        return self.filter(Q(post__in=posts) | Q(citizen__in=handled))

    def of_person(self, citizen: Citizen) -> Self:
        """Of one human being, whoever entered them: by identity number where there is one."""
        if not citizen.identity_number:
            return self.filter(citizen=citizen)
        return self.filter(citizen__identity_number=citizen.identity_number)


class LossReport(Record):
    """A lost or stolen passport, out of use from the moment of the report (R20, R21)."""

    citizen = models.ForeignKey(Citizen, models.PROTECT, related_name="loss_reports", verbose_name=_("citizen"))
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("reported by"))
    passport_number = models.CharField(_("passport number"), max_length=9)
    passport_issued_by = models.CharField(_("issuing authority"), max_length=100)
    issued_on = models.DateField(_("date of issue"), null=True)
    lost_on = models.DateField(_("lost on"))
    place = models.CharField(_("place of the loss"), max_length=200)
    country = CountryField(verbose_name=_("country of the loss"))
    circumstances = models.TextField(_("circumstances"))
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("post"))
    """Whose officers see to it; none where China has no post, and the ministry itself answers."""
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.FROZEN, editable=False)
    consent = models.OneToOneField(Consent, models.PROTECT, related_name="+", verbose_name=_("consent"))
    device = models.CharField(_("device"), max_length=160)
    language = models.CharField(_("language"), max_length=8)
    certificate = models.OneToOneField(
        Issue, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("loss certificate")
    )
    void_authority = models.CharField(
        _("declared void by"), max_length=100, blank=True, default="", db_default="", editable=False
    )
    void_reference = models.CharField(
        _("reference of the declaration"), max_length=100, blank=True, default="", db_default="", editable=False
    )
    voided_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("recorded by")
    )
    voided_at = models.DateTimeField(_("declared void"), null=True, editable=False)

    objects = LossReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("loss report")
        verbose_name_plural = _("loss reports")
        permissions = [
            ("notify_issuer", _("Can notify the issuing authority")),
            ("declare_void", _("Can record that a passport was declared void")),
            ("hand_in", _("Can take in found passports")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status=Status.VOID, voided_by__isnull=False, voided_at__isnull=False)
                & ~Q(void_reference="")
                & ~Q(void_authority="")
                | Q(voided_by__isnull=True, voided_at__isnull=True, void_reference="", void_authority="")
                & ~Q(status=Status.VOID),
                name="a_void_passport_has_who_when_and_reference",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="a_loss_has_a_known_status"),
            models.UniqueConstraint(
                fields=["passport_number", "citizen"],
                condition=Q(status__in=LIVE),
                name="one_live_report_per_passport_and_citizen",
            ),
            models.CheckConstraint(
                condition=Q(passport_number__regex=r"^[A-Z0-9]{1,9}$"), name="passport_numbers_as_icao_has_them"
            ),
            models.CheckConstraint(
                condition=Q(issued_on=None) | Q(lost_on__gte=models.F("issued_on")), name="issued_before_lost"
            ),
        ]
        indexes = [
            models.Index(fields=["citizen", "-created_at"], name="loss_reports_of_a_citizen"),
            models.Index(fields=["post", "-created_at"], name="loss_reports_of_a_post"),
        ]

    def __str__(self) -> str:
        return f"{self.masked_number} {self.lost_on}"

    @property
    def masked_number(self) -> str:
        """For messages and lists, where the whole number is nobody's business."""
        number = self.passport_number
        if len(number) < SHORT:
            return "*" * len(number)
        return f"{number[0]}{'*' * (len(number) - 4)}{number[-3:]}"

    @property
    def subject(self) -> str:
        """The key under which documents, messages and the audit know this report."""
        return f"loss_report:{self.pk}"

    @property
    def reference(self) -> str:
        """What the issuing authority is asked to quote."""
        return f"{self.post_id or MINISTRY}-{self.created_at:%Y}-{self.pk.hex[:8].upper()}"


class IssuingAuthority(models.Model):
    """Who issues passports. No protocol reaches them; an e-mail address may."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=100, unique=True)
    name_en = models.CharField(_("English name"), max_length=100, unique=True)
    email = models.EmailField(_("e-mail"), blank=True)

    class Meta:
        verbose_name = _("issuing authority")
        verbose_name_plural = _("issuing authorities")
        ordering = ["code"]

    def __str__(self) -> str:
        return said(zh=self.name_zh, en=self.name_en)


class IssuerNotice(Record):
    """One notice to the issuing authority, and how it was sent. Never edited; a reminder is another one."""

    report = models.ForeignKey(LossReport, models.PROTECT, related_name="notices", verbose_name=_("loss report"))
    authority = models.ForeignKey(
        IssuingAuthority, models.PROTECT, related_name="+", verbose_name=_("issuing authority")
    )
    sent = models.CharField(_("how it was sent"), max_length=8, choices=Sent.choices)
    reference = models.CharField(_("reference of the dispatch"), max_length=100, blank=True)
    officer = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("officer"))
    at = models.DateTimeField(_("at"))
    delivered_at = models.DateTimeField(_("accepted by the mail server"), null=True, editable=False)

    class Meta:
        verbose_name = _("notice to the issuing authority")
        verbose_name_plural = _("notices to issuing authorities")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent=Sent.EMAIL) | ~Q(reference="") & Q(delivered_at=None),
                name="what_goes_by_no_mail_server_has_a_reference",
            ),
            models.CheckConstraint(condition=Q(sent__in=Sent.values), name="a_notice_was_sent_somehow"),
        ]

    def __str__(self) -> str:
        return f"{self.authority_id} {self.at:%Y-%m-%d}"


class FoundReport(Record):
    """The passport turned up. It is never valid again (R20): it goes to a post."""

    report = models.OneToOneField(LossReport, models.PROTECT, related_name="found", verbose_name=_("loss report"))
    status = models.CharField(
        _("status"), max_length=12, choices=FoundStatus.choices, default=FoundStatus.FOUND, editable=False
    )
    found_on = models.DateField(_("found on"), null=True)
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("reported by"))
    at = models.DateTimeField(_("reported"))
    post = models.ForeignKey(
        Post, models.PROTECT, related_name="+", null=True, verbose_name=_("where it will be handed in")
    )
    handed_in_to = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, editable=False, verbose_name=_("taken in by")
    )
    handed_in_at = models.DateTimeField(_("handed in"), null=True, editable=False)

    class Meta:
        verbose_name = _("found passport")
        verbose_name_plural = _("found passports")
        constraints = [
            models.CheckConstraint(
                condition=Q(status=FoundStatus.HANDED_IN, handed_in_to__isnull=False, handed_in_at__isnull=False)
                | Q(status=FoundStatus.FOUND, handed_in_to__isnull=True, handed_in_at__isnull=True),
                name="a_passport_was_taken_in_by_someone",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.get_status_display()}"


class CertificateTerm(models.Model):
    """How long a certificate says something: a rule changes by a new line, not by editing an old one."""

    kind = models.CharField(_("kind"), max_length=32)
    days = models.PositiveSmallIntegerField(_("days"))
    active_from = models.DateField(_("from"))
    active_to = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("term of certificates")
        verbose_name_plural = _("terms of certificates")
        constraints = [models.UniqueConstraint(fields=["kind", "active_from"], name="one_term_per_certificate_and_day")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.days}"
