from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.posts.models.post import Post


class ServiceCode(models.TextChoices):
    """What posts do for citizens, by the codes every part of the system uses."""

    TRAVEL_DOC_EMERGENCY = "TRAVEL_DOC_EMERGENCY", _("Emergency travel document")
    TRAVEL_DOC = "TRAVEL_DOC", _("Travel document")
    PASSPORT_FIRST = "PASSPORT_FIRST", _("First passport")
    PASSPORT_RENEW = "PASSPORT_RENEW", _("Passport renewal")
    PASSPORT_REPLACE = "PASSPORT_REPLACE", _("Passport replacement")
    ENDORSE = "ENDORSE", _("Passport endorsement")
    PENSION_CERT = "PENSION_CERT", _("Proof of life for a pension")
    HEALTH_CERT = "HEALTH_CERT", _("International travel health certificate")
    VACCINATION = "VACCINATION", _("Vaccination programme")


class Urgency(models.TextChoices):
    NORMAL = "normal", _("Normal")
    URGENT = "urgent", _("Urgent")
    EXPRESS = "express", _("Express")


class Delivery(models.TextChoices):
    """How the finished document reaches the person."""

    COLLECT = "collect", _("Collected at the post")
    SHIP = "ship", _("Sent by registered mail")


ANSWER_DAYS = 30
"""(analogy) No post publishes how long it waits; each may enter its own."""


class ServiceQuerySet(models.QuerySet["Service"]):
    def open(self) -> "ServiceQuerySet":
        return self.filter(is_open=True, post__is_open=True)


class Service(models.Model):
    """One service at one post. An urgency without target days is not offered (rule R33; passports know none)."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="services", verbose_name=_("post"))
    code = models.CharField(_("service"), max_length=24, choices=ServiceCode)
    is_open = models.BooleanField(_("accepts applications"), default=True)
    normal_days = models.PositiveSmallIntegerField(_("working days"), validators=[MinValueValidator(1)])
    urgent_days = models.PositiveSmallIntegerField(
        _("working days, urgent"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    express_days = models.PositiveSmallIntegerField(
        _("working days, express"), null=True, blank=True, validators=[MinValueValidator(1)]
    )

    ships = models.BooleanField(_("sends documents by mail"), default=False, db_default=False)
    answer_days = models.PositiveSmallIntegerField(
        _("days to answer a request"),
        default=ANSWER_DAYS,
        db_default=ANSWER_DAYS,
        validators=[MinValueValidator(1)],
        help_text=_("Calendar days after which an unanswered request or an unpaid fee ends the application."),
    )

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["post", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["post", "code"], name="a_post_offers_a_service_once"),
            models.CheckConstraint(
                condition=Q(normal_days__gte=1)
                & (Q(urgent_days=None) | Q(urgent_days__gte=1, urgent_days__lte=F("normal_days")))
                & (Q(express_days=None) | Q(express_days__gte=1, express_days__lte=F("normal_days")))
                & (Q(urgent_days=None) | Q(express_days=None) | Q(express_days__lte=F("urgent_days"))),
                name="a_faster_service_takes_no_longer",
                violation_error_message=_("A faster service must not take longer."),
            ),
            models.CheckConstraint(condition=Q(answer_days__gte=1), name="there_is_time_to_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.code}"

    @property
    def targets(self) -> dict[Urgency, int]:
        """Working days by every urgency this post offers, the slowest first."""
        days = {
            Urgency.NORMAL: self.normal_days,
            Urgency.URGENT: self.urgent_days,
            Urgency.EXPRESS: self.express_days,
        }
        return {urgency: number for urgency, number in days.items() if number is not None}
