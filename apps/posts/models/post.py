from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.posts.bilingual import said
from apps.posts.countries import country_choices, country_name

CODE = r"^[A-Z]{3}$"


class PostKind(models.TextChoices):
    EMBASSY = "embassy", _("Embassy")
    CONSULATE_GENERAL = "consulate_general", _("Consulate-General")
    CONSULATE = "consulate", _("Consulate")


class Policy(models.TextChoices):
    """Whom a post serves (rule R4)."""

    STRICT_DISTRICT = "strict_district", _("Its consular district only")
    COUNTRY = "country", _("Anyone in the countries it serves")
    ANY = "any", _("Anyone, wherever they are")


class ChargePolicy(models.TextChoices):
    """When a post charges (rule R32)."""

    ON_SUBMIT = "on_submit", _("When the application is submitted")
    ON_APPROVAL = "on_approval", _("When the application is approved")
    ON_COLLECTION = "on_collection", _("When the document is collected")


def existing_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("There is no such time zone."), code="unknown_time_zone")


class PostQuerySet(models.QuerySet["Post"]):
    def of_officer(self, user: User) -> Self:
        return self.filter(officers__user=user)

    def open(self) -> Self:
        return self.filter(is_open=True)

    def serving(self, country: str) -> Self:
        """Posts in that country, posts accredited there from elsewhere, and posts that serve anyone."""
        inside = models.Q(country=country) | models.Q(districts__country=country)
        return self.filter(inside | models.Q(policy=Policy.ANY)).distinct()


class Post(models.Model):
    """An embassy or consulate: where it is, what time it is there, which money it takes, whom it serves."""

    code = models.CharField(_("code"), max_length=3, primary_key=True, validators=[RegexValidator(CODE)])
    kind = models.CharField(_("kind"), max_length=20, choices=PostKind)
    name_zh = models.CharField(_("Chinese name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100)
    country = models.CharField(_("country"), max_length=2, choices=country_choices)
    subdivision = models.CharField(
        _("part of the country"),
        max_length=3,
        blank=True,
        help_text=_("Second half of the ISO 3166-2 code, such as ON in CA-ON; decides regional holidays."),
    )
    city_zh = models.CharField(_("city in Chinese"), max_length=60)
    city_en = models.CharField(_("city in English"), max_length=60)
    address = models.CharField(_("address"), max_length=200, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[existing_time_zone])
    currency = models.CharField(
        _("currency"), max_length=3, validators=[RegexValidator(CODE)], help_text=_("ISO 4217 code.")
    )
    policy = models.CharField(_("whom it serves"), max_length=20, choices=Policy)
    charge_policy = models.CharField(_("when it charges"), max_length=20, choices=ChargePolicy)
    refund_alone_minor = models.BigIntegerField(
        _("refund decided alone"),
        default=0,
        db_default=0,
        help_text=_("Up to this amount, in minor units, an officer may approve the refund they request."),
    )
    is_open = models.BooleanField(_("accepts applications"), default=True)
    edition = models.UUIDField(db_default=RandomUUID(), editable=False)
    """A new one with every change of the post, its hours, closures, services or tariff; the database sees to it."""
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=CODE), name="a_post_code_is_three_capital_letters"),
            models.CheckConstraint(
                condition=models.Q(currency__regex=CODE), name="a_post_currency_is_an_iso_4217_code"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return said(zh=self.name_zh, en=self.name_en)

    @property
    def city(self) -> str:
        return said(zh=self.city_zh, en=self.city_en)

    @property
    def country_name(self) -> str:
        return country_name(self.country)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local(self, at: datetime) -> datetime:
        """That moment on the clock of the post."""
        return at.astimezone(self.zone)

    def today(self, at: datetime) -> date:
        """The day it is at the post at that moment; tariffs and deadlines go by it."""
        return self.local(at).date()


class District(models.Model):
    """Where a post serves people: a whole country, or the areas that an address names (rule R4)."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="districts", verbose_name=_("post"))
    country = models.CharField(_("country"), max_length=2, choices=country_choices)
    keywords_zh = ArrayField(
        models.CharField(max_length=60), verbose_name=_("Chinese names of its areas"), default=list, blank=True
    )
    keywords_en = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("Latin names of its areas"),
        default=list,
        blank=True,
        help_text=_("As addresses have them. Abbreviations of two or three capital letters match as such."),
    )
    precedence = models.PositiveSmallIntegerField(
        _("precedence"),
        default=1,
        help_text=_("A small area inside another one needs the higher number: Ottawa 2, Ontario 1."),
    )

    class Meta:
        verbose_name = _("consular district")
        verbose_name_plural = _("consular districts")
        ordering = ["post", "-precedence", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "country", "precedence"], name="one_district_per_post_country_and_precedence"
            )
        ]

    def __str__(self) -> str:
        return f"{self.post_id} {self.country}"

    @property
    def keywords(self) -> list[str]:
        return [*self.keywords_zh, *self.keywords_en]


class Officer(models.Model):
    """An account that works at a post. What it may do there is a matter of its permissions."""

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="officer", verbose_name=_("account")
    )
    post = models.ForeignKey(Post, models.PROTECT, related_name="officers", verbose_name=_("post"))

    class Meta:
        verbose_name = _("officer")
        verbose_name_plural = _("officers")

    def __str__(self) -> str:
        return f"{self.user.get_username()} ({self.post_id})"

    def clean(self) -> None:
        """Raises ``ValidationError`` for an account that cannot open the staff screens anyway."""
        user: Any = getattr(self, "user", None)
        if user and not user.is_staff:
            raise ValidationError({"user": _("Only a staff account can be an officer.")}, code="not_staff")
