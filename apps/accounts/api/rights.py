"""Shapes of who may act and what was agreed to."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.accounts.addresses import mask
from apps.accounts.api.serializers import ACTING_KINDS, HELPER, LANGUAGES, CitizenOut
from apps.accounts.models import GRANTABLE, Citizen, Mandate, Relation, Scope, User
from apps.accounts.texts import FINAL, PURPOSES
from apps.kernel.api.serializers import In, Out

GRANTABLE_SCOPES = [(scope.value, scope.label) for scope in GRANTABLE]
AGREED_BY_ITSELF = [purpose for purpose in PURPOSES if purpose not in FINAL]


def label(user: User) -> str:
    """Enough to know somebody by who knows them."""
    return mask(user.email or user.phone or "")


class MandateIn(In):
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=GRANTABLE_SCOPES),
        allow_empty=False,
        max_length=len(GRANTABLE),
        help_text="What the helper may do; `view` is always part of it, `manage` is never.",
    )
    expires_at = serializers.DateTimeField(help_text="At most a year from now.")


class MandateOut(Out):
    id = serializers.UUIDField()
    citizen = serializers.UUIDField(source="citizen_id")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    helper = serializers.SerializerMethodField(help_text="Masked address of who accepted it; null until then.")
    granted_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)

    def get_helper(self, mandate: Any) -> str | None:
        return label(mandate.helper) if mandate.helper else None


class MandateCodeOut(Out):
    code = serializers.CharField(help_text="For the helper. Told once; a new one makes it void.")
    valid_until = serializers.DateTimeField()


class MandateCodeIn(In):
    code = serializers.CharField(max_length=40, help_text="As the helper was given it; case and dashes do not matter.")


class ActingOut(Out):
    """Somebody who may act for the person now."""

    kind = serializers.ChoiceField(choices=ACTING_KINDS)
    account = serializers.CharField(help_text="Masked address.")
    is_me = serializers.BooleanField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    until = serializers.DateTimeField(allow_null=True)
    mandate = serializers.UUIDField(allow_null=True, help_text="To take it back: `DELETE /mandates/{id}`.")


class CitizenDetailOut(CitizenOut):
    acting = serializers.SerializerMethodField(help_text="Everybody who may act; empty for helpers.")

    @extend_schema_field(ActingOut(many=True))
    def get_acting(self, citizen: Any) -> list[dict[str, Any]]:
        return acting_for(citizen, self.context["user"]) if citizen.kind else []


def acting_for(citizen: Citizen, user: User) -> list[dict[str, Any]]:
    """Relations first, then mandates in force, each in the order they began."""
    relations = Relation.objects.in_force().filter(citizen=citizen).select_related("user").order_by("pk")
    mandates = Mandate.objects.in_force().filter(citizen=citizen).select_related("helper").order_by("accepted_at")
    people: list[tuple[Any, str, list[str], Any, Any]] = [(r.user, r.kind, Scope.values, None, None) for r in relations]
    people += [(m.helper, HELPER, m.scopes, m.expires_at, m.pk) for m in mandates]
    return [
        {"kind": kind, "account": label(who), "is_me": who == user, "scopes": scopes, "until": until, "mandate": pk}
        for who, kind, scopes, until, pk in people
    ]


class ConsentTextOut(Out):
    purpose = serializers.ChoiceField(choices=PURPOSES)
    version = serializers.CharField(help_text="Send it back as `consent_version` with what it is agreed for.")
    language = serializers.ChoiceField(choices=LANGUAGES)
    body = serializers.CharField(help_text="Markdown.")
    sha256 = serializers.CharField(help_text="Of the UTF-8 text, lower-case hexadecimal.")


class ConsentIn(In):
    citizen = serializers.UUIDField()
    purpose = serializers.ChoiceField(choices=AGREED_BY_ITSELF)
    consent_version = serializers.CharField(max_length=16, help_text="Of the text that was shown and agreed to.")


class ConsentOut(Out):
    id = serializers.UUIDField()
    citizen = serializers.UUIDField(source="citizen_id")
    purpose = serializers.ChoiceField(choices=PURPOSES)
    text_version = serializers.CharField()
    text_sha256 = serializers.CharField()
    language = serializers.ChoiceField(choices=LANGUAGES)
    device = serializers.CharField()
    at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    can_be_withdrawn = serializers.SerializerMethodField(
        help_text="A declaration never can; the text itself says what follows from withdrawing the others."
    )

    def get_can_be_withdrawn(self, consent: Any) -> bool:
        return consent.withdrawn_at is None and consent.purpose not in FINAL
