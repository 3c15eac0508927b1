"""The verbs of accounts, one subject per module."""

from apps.accounts.services.challenges import challenge
from apps.accounts.services.citizens import add_citizen, edit_citizen
from apps.accounts.services.consents import consent_text, give_consent
from apps.accounts.services.officers import create_officer
from apps.accounts.services.sessions import SignedIn, sign_in, sign_out
from apps.accounts.services.upkeep import edit_account, forget

__all__ = [
    "SignedIn",
    "add_citizen",
    "challenge",
    "consent_text",
    "create_officer",
    "edit_account",
    "edit_citizen",
    "forget",
    "give_consent",
    "sign_in",
    "sign_out",
]
