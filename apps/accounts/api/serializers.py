from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.accounts.models import Citizen, Device, Relation, Sex, User
from apps.kernel.api.serializers import In, Out

LANGUAGES = [(code, str(code)) for code, _label in settings.LANGUAGES]


class LanguageField(serializers.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=LANGUAGES, **kwargs)


class ChallengeIn(In):
    to = serializers.CharField(
        max_length=254, help_text=_("An e-mail address, or a phone number with + and country code.")
    )
    language = LanguageField(required=False)


class ChallengeOut(Out):
    challenge = serializers.UUIDField(source="id")
    channel = serializers.ChoiceField(choices=["email", "sms"])
    expires_at = serializers.DateTimeField()
    resend_after = serializers.IntegerField(help_text=_("Seconds until another code can be asked for."))


class TokenIn(In):
    challenge = serializers.UUIDField()
    code = serializers.RegexField(r"^[0-9]{6}$")
    device_name = serializers.CharField(max_length=100)


class AccountOut(Out):
    id = serializers.UUIDField()
    email = serializers.EmailField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    language = LanguageField()
    time_zone = serializers.CharField()

    class Meta:
        model = User


class AccountEdit(In):
    language = LanguageField(required=False)
    time_zone = serializers.CharField(
        required=False, max_length=64, help_text=_("A name of the IANA time zone database.")
    )

    def validate_time_zone(self, value: str) -> str:
        return value
