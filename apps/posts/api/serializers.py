from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.kernel.api.serializers import In, Out
from apps.posts.countries import is_country
from apps.posts.models import ApplicantClass, ChargePolicy, Component, Policy, PostKind, ServiceCode, Urgency, Weekday
from apps.posts.money import format_amount
from apps.posts.services import MatchedBy
from apps.posts.workdays import Cause

CAUSES = [
    (Cause.HOST, _("Public holiday of the host country")),
    (Cause.CHINA, _("Chinese public holiday")),
    (Cause.POST, _("Closed by the post")),
]


class CountryField(serializers.RegexField):
    """ISO 3166-1 alpha-2."""

    default_error_messages = {"no_country": _("There is no such country code (ISO 3166-1 alpha-2).")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[A-Z]{2}$", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        code: str = super().to_internal_value(data)
        if not is_country(code):
            self.fail("no_country")
        return code


class PostsIn(In):
    country = CountryField(required=False, help_text=_("Only posts in this country."))


class CompetentIn(In):
    country = CountryField(help_text=_("Where the person is now."))
    address = serializers.CharField(
        max_length=500, default="", allow_blank=True, help_text=_("As much of it as is known, in any script.")
    )


class PostOut(Out):
    """An embassy or consulate."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=PostKind.choices)
    kind_label = serializers.CharField(source="get_kind_display")
    name = serializers.CharField()
    country = serializers.CharField()
    country_name = serializers.CharField()
    city = serializers.CharField()
    address = serializers.CharField()
    time_zone = serializers.CharField()
    currency = serializers.CharField()
    policy = serializers.ChoiceField(choices=Policy.choices)
    policy_label = serializers.CharField(source="get_policy_display")
    charge_policy = serializers.ChoiceField(choices=ChargePolicy.choices)
    charge_policy_label = serializers.CharField(source="get_charge_policy_display")
    is_open = serializers.BooleanField()


class PostsOut(Out):
    """Every post that was asked for, by code."""

    results = PostOut(many=True)


@extend_schema_field({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"})
class ClockTime(serializers.TimeField):
    """Hours and minutes. JSON Schema's ``time`` would need an offset, which opening hours do not have."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)


class HoursOut(Out):
    """Open from then till then on that weekday (ISO 8601: Monday is 1), on the clock of the post."""

    weekday = serializers.ChoiceField(choices=Weekday.choices)
    weekday_label = serializers.CharField(source="get_weekday_display")
    opens = ClockTime(help_text="On the clock of the post, `09:30`.")
    closes = ClockTime(help_text="On the clock of the post, `16:00`.")


class DayOffOut(Out):
    """A day that would be open but is not. One that is off for two reasons comes twice."""

    on = serializers.DateField()
    cause = serializers.ChoiceField(choices=CAUSES)
    cause_label = serializers.SerializerMethodField()
    reason_zh = serializers.CharField(source="names.zh")
    reason_en = serializers.CharField(source="names.en")

    def get_cause_label(self, day_off: Any) -> str:
        return str(dict(CAUSES)[day_off.cause])


class FeeOut(Out):
    """What one component costs today: an integer in the smallest unit of the currency, and as people read it."""

    component = serializers.ChoiceField(choices=Component.choices)
    component_label = serializers.CharField(source="get_component_display")
    applicant_class = serializers.ChoiceField(
        choices=ApplicantClass.choices, help_text="`any` holds for a class that has no fee of its own."
    )
    applicant_class_label = serializers.CharField(source="get_applicant_class_display")
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField()
    amount = serializers.SerializerMethodField()
    legal_basis = serializers.CharField()

    def get_amount(self, fee: Any) -> str:
        return format_amount(fee.amount_minor, fee.currency)


class TargetOut(Out):
    """How long it takes, and the day it would be done if it were complete now."""

    urgency = serializers.ChoiceField(choices=Urgency.choices)
    urgency_label = serializers.CharField(source="urgency.label")
    working_days = serializers.IntegerField()
    expected_on = serializers.DateField(allow_null=True)


class OfferOut(Out):
    """A service of the post, with the fees of today."""

    code = serializers.ChoiceField(source="service.code", choices=ServiceCode.choices)
    code_label = serializers.CharField(source="service.get_code_display")
    is_open = serializers.BooleanField(source="service.is_open")
    fees = FeeOut(many=True)
    targets = TargetOut(many=True)


class PostReportOut(Out):
    """A post as it is now: its clock, hours, days off ahead and services."""

    post = PostOut()
    hotline = serializers.CharField()
    local_time = serializers.SerializerMethodField()
    is_open_now = serializers.BooleanField(source="opening.is_open")
    opens_at = serializers.DateTimeField(source="opening.opens_at", allow_null=True)
    hours = HoursOut(source="post.opening_rules.all", many=True)
    days_off = DayOffOut(many=True)
    services = OfferOut(source="offers", many=True)

    def get_local_time(self, report: Any) -> str:
        """The clock of the post, to the minute, with its offset (RFC 3339)."""
        return str(report.opening.local_time.isoformat(timespec="minutes"))


class MatchOut(PostReportOut):
    """A post that may take the case, why, and everything there is to know of it."""

    matched_by = serializers.ChoiceField(source="match.matched_by", choices=MatchedBy.choices)
    matched_by_label = serializers.CharField(source="match.matched_by.label")
    keyword = serializers.CharField(source="match.keyword", help_text=_("What in the address decided, or nothing."))


class CompetentOut(Out):
    """Best first."""

    results = MatchOut(many=True)


class CountryOut(Out):
    """A country or region by its ISO 3166-1 alpha-2 code."""

    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()


class CountriesOut(Out):
    """All of them, by code."""

    results = CountryOut(many=True)
