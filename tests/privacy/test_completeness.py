"""Nothing about people is held that nobody knows how to hand out and to erase."""

import pytest
from django.apps import apps
from django.db import models

from apps.accounts.models import Citizen, User
from apps.kernel.holdings import holdings

TELLING = (
    models.CharField, models.TextField, models.JSONField, models.DateField, models.BinaryField, models.EmailField,
    models.GenericIPAddressField, models.UUIDField,
)  # fmt: skip

NOT_PERSONAL = {
    "accounts.Tally": "counts under keyed hashes that are dropped after two days",
    "accounts.OfficerUser": "staff accounts: another purpose and law than citizens' data",
    "audit.Batch": "digests and signatures over numbers of entries",
    "auth.Group": "roles of staff",
    "auth.Permission": "names of rights",
    "cases.Presence": "which officer has which case open, for minutes",
    "contenttypes.ContentType": "names of tables",
    "documents.Series": "the next number of a series",
    "payments.Difference": "numbers and amounts in which a company and we disagree",
    "payments.Merchant": "contracts with payment companies",
    "ledger.Account": "accounts of the books, none of a person",
    "ledger.Balance": "sums of a day",
    "ledger.Closing": "days that are over",
    "ledger.Entry": "amounts",
    "ledger.Transaction": "what moved money by an opaque key; the reason names no person",
    "losses.CertificateTerm": "how long a certificate is good, a rule",
    "losses.IssuingAuthority": "offices and their addresses",
    "outbox.Delivery": "facts are ids and codes; errors are names of classes and codes",
    "passkeys.Ceremony": "of officers, for minutes",
    "passkeys.Confirmation": "of officers, evidence of decisions",
    "passkeys.Invitation": "of officers",
    "passkeys.Passkey": "of officers, public keys",
    "seals.RevocationList": "numbers of certificates",
    "seals.SigningKey": "public keys of the issuing state",
    "seals.TrustBundle": "public keys, signed",
    "sessions.Session": "of officers at the desk; phones have none",
    "travel_documents.Validity": "how long a document is good, a rule",
}
OF_THE_POSTS = "posts"
"""An app about offices, hours, districts and prices; who works there is staff."""


def is_telling(field):
    return isinstance(field, TELLING) or (field.is_relation and field.related_model in (Citizen, User))


def held():
    return {model for holding in holdings.values() for model in holding.models}


def test_every_table_with_a_word_a_date_or_a_person_in_it_is_some_holding_s_or_says_why_not():
    telling = {
        model
        for model in apps.get_models(include_auto_created=True)
        if any(is_telling(field) for field in model._meta.local_fields)
        and model._meta.app_label != OF_THE_POSTS
        and not model._meta.auto_created
    }
    forgotten = {model._meta.label for model in telling - held()} - set(NOT_PERSONAL)

    assert forgotten == set()
    assert len(held()) >= 25


def test_no_exception_is_out_of_date():
    assert all(apps.get_model(label) for label in NOT_PERSONAL)
    doubled = {model._meta.label for model in held()} & {label for label, why in NOT_PERSONAL.items() if why}
    assert doubled == set()


def test_every_holding_erases_or_says_by_which_law_it_does_not():
    assert {"accounts", "cases", "documents", "losses", "notifications", "payments", "travel_documents"} <= set(
        holdings
    )
    for name in holdings:
        holding = holdings[name]
        assert holding.erases or holding.kept, name
        assert all(str(kept.basis) for kept in holding.kept), name


@pytest.mark.parametrize("model", [Citizen, User])
def test_every_column_of_a_person_is_exported_or_is_none_of_theirs(model):
    """``User``: how somebody gets in is for nobody's copy."""
    inner = {"id", "created_at", "updated_at", "version", "password", "last_login", "is_superuser", "username"}
    inner |= {"is_active", "is_staff", "email_flagged_at", "phone_flagged_at"}
    told = {"name", "surname", "given_names", "born_on", "sex", "place_of_birth", "nationality", "identity_number"}
    told |= {"email", "phone", "language", "time_zone"}
    assert {field.name for field in model._meta.local_fields} <= inner | told
