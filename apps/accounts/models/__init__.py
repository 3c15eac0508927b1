from apps.accounts.models.citizens import Citizen, CitizenQuerySet, Consent, ConsentQuerySet, Relation, Sex
from apps.accounts.models.sign_in import Challenge, ChallengeQuerySet, Tally
from apps.accounts.models.users import Device, DeviceQuerySet, OfficerUser, User

__all__ = [
    "Challenge",
    "ChallengeQuerySet",
    "Citizen",
    "CitizenQuerySet",
    "Consent",
    "ConsentQuerySet",
    "Device",
    "DeviceQuerySet",
    "OfficerUser",
    "Relation",
    "Sex",
    "Tally",
    "User",
]
