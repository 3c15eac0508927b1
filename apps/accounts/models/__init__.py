from apps.accounts.models.citizens import Citizen, CitizenQuerySet, Consent, ConsentQuerySet, Sex
from apps.accounts.models.rights import Mandate, MandateQuerySet, Relation, RelationQuerySet, entrusted_to
from apps.accounts.models.scopes import GRANTABLE, Scope
from apps.accounts.models.sign_in import Challenge, ChallengeQuerySet, Purpose, Tally
from apps.accounts.models.users import Device, DeviceQuerySet, FormerAddress, OfficerUser, TrustedBy, User

__all__ = [
    "GRANTABLE",
    "Challenge",
    "ChallengeQuerySet",
    "Citizen",
    "CitizenQuerySet",
    "Consent",
    "ConsentQuerySet",
    "Device",
    "DeviceQuerySet",
    "FormerAddress",
    "Mandate",
    "MandateQuerySet",
    "OfficerUser",
    "Purpose",
    "Relation",
    "RelationQuerySet",
    "Scope",
    "Sex",
    "Tally",
    "TrustedBy",
    "User",
    "entrusted_to",
]
