"""The verbs of accounts, one subject per module."""

from apps.accounts.services.addressee import addressee
from apps.accounts.services.challenges import challenge
from apps.accounts.services.citizens import add_citizen, edit_citizen
from apps.accounts.services.consents import agree, consent_text, give_consent, withdraw_consent
from apps.accounts.services.officers import create_officer
from apps.accounts.services.persons import person_key
from apps.accounts.services.sessions import SignedIn, sign_in, sign_out, sign_out_others
from apps.accounts.services.trust import let_waiting_in
from apps.accounts.services.upkeep import edit_account, forget

__all__ = [
    "SignedIn",
    "add_citizen",
    "addressee",
    "agree",
    "challenge",
    "consent_text",
    "create_officer",
    "edit_account",
    "edit_citizen",
    "forget",
    "give_consent",
    "let_waiting_in",
    "person_key",
    "sign_in",
    "sign_out",
    "sign_out_others",
    "withdraw_consent",
]
