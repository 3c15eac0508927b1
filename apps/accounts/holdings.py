from datetime import UTC, date, datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Challenge, Citizen, Consent, Device, FormerAddress, Mandate, Relation, User
from apps.kernel.holdings import Holding, Kept, Sheet, Whose, holdings, sheet

NOBODY = {
    "name": "已删除",
    "surname": "ERASED",
    "given_names": "",
    "born_on": date(1, 1, 1),
    "sex": "X",
    "place_of_birth": "",
    "identity_number": None,
}
"""What an erased citizen is called. The row stays, since what the law keeps points at it."""


def _subjects(citizen: UUID) -> list[str]:
    mandates = Mandate.objects.filter(citizen=citizen).values_list("pk", flat=True)
    return [f"citizen:{citizen}", *(f"mandate:{pk}" for pk in mandates)]


def _export(whose: Whose) -> list[Sheet]:
    """Addresses and devices only of accounts that are the citizen's own (art. 45: one's own data, nobody else's)."""
    own = {"user__in": whose.leaving}
    return [
        sheet(Citizen.objects.filter(pk=whose.citizen), "id", *NOBODY, "nationality", "created_at"),
        sheet(Relation.objects.filter(citizen=whose.citizen), "kind", "created_at"),
        sheet(
            Mandate.objects.filter(citizen=whose.citizen),
            *("scopes", "granted_at", "expires_at", "accepted_at", "revoked_at"),
        ),
        sheet(
            Consent.objects.filter(citizen=whose.citizen),
            *("purpose", "text_version", "text_sha256", "language", "device", "at", "withdrawn_at"),
        ),
        sheet(User.objects.filter(pk__in=whose.leaving), "email", "phone", "language", "time_zone", "created_at"),
        sheet(FormerAddress.objects.filter(**own), "channel", "address", "changed_at"),
        sheet(Device.objects.filter(**own), "name", "language", "created_at", "last_seen_at", "revoked_at"),
    ]


def _erase(whose: Whose, at: datetime) -> None:
    Citizen.objects.filter(pk=whose.citizen).update(**NOBODY, version=F("version") + 1, updated_at=at)
    Relation.objects.filter(citizen=whose.citizen).delete()
    Mandate.objects.filter(citizen=whose.citizen).delete()
    Consent.objects.filter(citizen=whose.citizen).update(device="")
    for user in User.objects.filter(pk__in=whose.leaving):
        Device.objects.filter(user=user).delete()
        FormerAddress.objects.filter(user=user).delete()
        Mandate.objects.filter(helper=user).delete()


def _release(whose: Whose, at: datetime) -> None:
    """Now that the last message is out. The row stays, without a way in, for what the law keeps points at it."""
    for user in User.objects.filter(pk__in=whose.leaving):
        addresses = [address for address in (user.email, user.phone) if address]
        Challenge.objects.filter(Q(user=user) | Q(address__in=addresses)).delete()
        Device.objects.filter(user=user).delete()
        user.email, user.phone, user.username = None, None, f"erased-{user.pk.hex}"
        user.language, user.time_zone = "zh-hans", "Asia/Shanghai"
        user.is_active, user.last_login, user.password = False, None, make_password(None)
        user.email_flagged_at = user.phone_flagged_at = None
        user.created_at = datetime(1970, 1, 1, tzinfo=UTC)
        user.save()


holdings.add(
    "accounts",
    Holding(
        label=_("Who you are, your account and devices, what you agreed to, who may act for you"),
        models=(Citizen, Relation, Mandate, Consent, User, FormerAddress, Device, Challenge),
        export=_export,
        erase=_erase,
        release=_release,
        subjects=_subjects,
        kept=(
            Kept(
                what=_("That you agreed to a text, and when: its version and digest, without your name or device"),
                basis=_("Personal Information Protection Law, articles 14 and 69"),
            ),
        ),
    ),
)
