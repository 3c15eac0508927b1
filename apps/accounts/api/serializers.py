from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.addresses import EMAIL, SMS, mask
from apps.accounts.ages import of_age_on
from apps.accounts.models import Relation, Scope, Sex
from apps.accounts.services.challenges import RESEND_AFTER
from apps.accounts.services.trust import ways_out
from apps.kernel.api.serializers import In, Out

HELPER = "helper"
ACTING_KINDS = [*Relation.Kind.choices, (HELPER, _("whom I help"))]
WAYS_OUT = ["trusted_device", "other_address", "waiting", "counter"]
LANGUAGES = [code for code, _label in settings.LANGUAGES]


class ChallengeIn(In):
    to = serializers.CharField(
        max_length=254, help_text="An e-mail address, or a phone number with + and country code."
    )
    language = serializers.ChoiceField(
        choices=LANGUAGES, required=False, help_text="Of the message; that of the request when left out."
    )


class AddressIn(In):
    to = serializers.CharField(max_length=254, help_text="The e-mail address or phone number to be.")


class ChallengeOut(Out):
    challenge = serializers.UUIDField(source="id")
    channel = serializers.ChoiceField(choices=[EMAIL, SMS])
    expires_at = serializers.DateTimeField()
    resend_after = serializers.SerializerMethodField(help_text="Seconds until another code can be asked for.")

    def get_resend_after(self, challenge: Any) -> int:
        return int(RESEND_AFTER.total_seconds())


class CodeIn(In):
    challenge = serializers.UUIDField()
    code = serializers.RegexField(
        r"^[0-9]{6}$", error_messages={"invalid": _("A code has six digits.")}, max_length=6, min_length=6
    )


class TokenIn(CodeIn):
    device_name = serializers.CharField(
        max_length=100, help_text="As its owner would recognise it in a list: “Li Lei's phone”."
    )


class AccountOut(Out):
    """A device on probation is shown the addresses masked."""

    id = serializers.UUIDField()
    email = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()
    language = serializers.ChoiceField(choices=LANGUAGES)
    time_zone = serializers.CharField()

    def get_email(self, user: Any) -> str | None:
        return self._shown(user.email)

    def get_phone(self, user: Any) -> str | None:
        return self._shown(user.phone)

    def _shown(self, address: str | None) -> str | None:
        return mask(address) if address and not self.context["device"].is_trusted else address


class AccountEdit(In):
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    time_zone = serializers.CharField(required=False, max_length=64, help_text="A name of the IANA time zone database.")

    default_error_messages = {"time_zone": _("There is no such time zone.")}

    def validate_time_zone(self, name: str) -> str:
        if name not in available_timezones():
            self.fail("time_zone")
        return name


class TokenOut(Out):
    token = serializers.CharField(help_text="For `Authorization: Bearer`. Told once; keep it in the key store.")
    expires_at = serializers.DateTimeField(
        source="device.expires_at", help_text="If the device stays unused; each use moves it on."
    )
    user = AccountOut(source="device.user")
    is_trusted = serializers.BooleanField(
        source="device.is_trusted", help_text="If false, nothing but the `ways_out` is open to this device yet."
    )
    ways_out = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=WAYS_OUT)))
    def get_ways_out(self, signed_in: Any) -> tuple[str, ...]:
        return () if signed_in.device.is_trusted else ways_out(signed_in.device)


class DeviceOut(Out):
    id = serializers.UUIDField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    is_current = serializers.SerializerMethodField()
    is_trusted = serializers.BooleanField(help_text="If not, it is on probation: it reads and changes nothing.")
    trusted_at = serializers.DateTimeField(allow_null=True)
    waits_until = serializers.DateTimeField(
        allow_null=True,
        help_text="The earliest it is let in if nobody objects; null when it is trusted or somebody did. The seven "
        "days begin when the owner was told by another channel than the one it came in by: without one it is never.",
    )

    def get_is_current(self, device: Any) -> bool:
        return bool(device.pk == self.context["device"].pk)


class CitizenEdit(In):
    """Any of the particulars; they are checked together with those left out."""

    name = serializers.CharField(
        required=False, max_length=400, help_text="As on the identity card: any character, `·` between parts."
    )
    surname = serializers.CharField(
        required=False,
        max_length=400,
        allow_blank=True,
        help_text="As the passport prints it (A–Z). Never empty: somebody with one name has it here.",
    )
    given_names = serializers.CharField(
        required=False, max_length=400, allow_blank=True, help_text="As the passport prints them; may be empty."
    )
    born_on = serializers.DateField(required=False)
    sex = serializers.ChoiceField(choices=Sex.choices, required=False)
    place_of_birth = serializers.CharField(required=False, max_length=100)
    identity_number = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=30,
        help_text="18 characters; null for somebody who has none, such as a child born abroad.",
    )


class CitizenIn(CitizenEdit):
    """Somebody the account will act for."""

    OPTIONAL = frozenset({"given_names", "identity_number"})

    kind = serializers.ChoiceField(choices=Relation.Kind.choices)
    consent_version = serializers.CharField(
        max_length=16, help_text="Of the `personal_data` text that was shown and agreed to."
    )

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name in fields.keys() - self.OPTIONAL:
            fields[name].required = True
        fields["given_names"].default = ""
        return fields


class CitizenOut(Out):
    id = serializers.UUIDField()
    kind = serializers.SerializerMethodField()
    kind_label = serializers.SerializerMethodField()
    scopes = serializers.SerializerMethodField(help_text="What you may do for this person.")
    until = serializers.SerializerMethodField(help_text="When your right ends; null for one without an end.")
    name = serializers.CharField()
    surname = serializers.CharField()
    given_names = serializers.CharField()
    full_spelling = serializers.CharField()
    born_on = serializers.DateField()
    sex = serializers.ChoiceField(choices=Sex.choices)
    sex_label = serializers.CharField(source="get_sex_display")
    place_of_birth = serializers.CharField()
    nationality = serializers.CharField(help_text="ISO 3166-1 alpha-3.")
    identity_number = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ChoiceField(choices=ACTING_KINDS))
    def get_kind(self, citizen: Any) -> str:
        return citizen.kind or HELPER

    def get_kind_label(self, citizen: Any) -> str:
        return str(dict(ACTING_KINDS)[citizen.kind or HELPER])

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices)))
    def get_scopes(self, citizen: Any) -> list[str]:
        return Scope.values if citizen.kind else citizen.granted

    def get_until(self, citizen: Any) -> datetime | None:
        if citizen.kind == Relation.Kind.CHILD:
            return datetime.combine(of_age_on(born_on=citizen.born_on), time.min, tzinfo=UTC)
        return None if citizen.kind else citizen.until


class NameIn(In):
    name = serializers.CharField(max_length=400)


class SuggestionOut(Out):
    """A guess by rule. What the last passport prints is right, whatever stands here."""

    surname = serializers.CharField()
    given_names = serializers.CharField()
    also = serializers.ListField(
        child=serializers.CharField(), help_text="Other spellings of the surname in use, older ones included."
    )
    unread = serializers.ListField(
        child=serializers.CharField(), help_text="Characters whose reading is not known; they are left out."
    )
    unsure = serializers.BooleanField(help_text="Ask the person to look twice.")
    source = serializers.ChoiceField(choices=["rule"])  # type: ignore[assignment]  # the name is ours
    note = serializers.CharField()
