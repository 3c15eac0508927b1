from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.accounts.addresses import EMAIL, SMS
from apps.accounts.models import Relation, Sex
from apps.accounts.services.challenges import RESEND_AFTER
from apps.accounts.texts import PURPOSES
from apps.kernel.api.serializers import In, Out

LANGUAGES = [code for code, _label in settings.LANGUAGES]


class ChallengeIn(In):
    to = serializers.CharField(
        max_length=254, help_text="An e-mail address, or a phone number with + and country code."
    )
    language = serializers.ChoiceField(
        choices=LANGUAGES, required=False, help_text="Of the message; that of the request when left out."
    )


class ChallengeOut(Out):
    challenge = serializers.UUIDField(source="id")
    channel = serializers.ChoiceField(choices=[EMAIL, SMS])
    expires_at = serializers.DateTimeField()
    resend_after = serializers.SerializerMethodField(help_text="Seconds until another code can be asked for.")

    def get_resend_after(self, challenge: Any) -> int:
        return int(RESEND_AFTER.total_seconds())


class TokenIn(In):
    challenge = serializers.UUIDField()
    code = serializers.RegexField(
        r"^[0-9]{6}$", error_messages={"invalid": _("A code has six digits.")}, max_length=6, min_length=6
    )
    device_name = serializers.CharField(
        max_length=100, help_text="As its owner would recognise it in a list: “Li Lei's phone”."
    )


class AccountOut(Out):
    id = serializers.UUIDField()
    email = serializers.EmailField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    language = serializers.ChoiceField(choices=LANGUAGES)
    time_zone = serializers.CharField()


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


class DeviceOut(Out):
    id = serializers.UUIDField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    is_current = serializers.SerializerMethodField()

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
    kind = serializers.ChoiceField(choices=Relation.Kind.choices)
    kind_label = serializers.SerializerMethodField()
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

    def get_kind_label(self, citizen: Any) -> str:
        return str(Relation.Kind(citizen.kind).label)


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


class ConsentTextOut(Out):
    purpose = serializers.ChoiceField(choices=PURPOSES)
    version = serializers.CharField(help_text="Send it back as `consent_version` with what it is agreed for.")
    language = serializers.ChoiceField(choices=LANGUAGES)
    body = serializers.CharField(help_text="Markdown.")
    sha256 = serializers.CharField(help_text="Of the UTF-8 text, lower-case hexadecimal.")
