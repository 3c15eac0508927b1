"""One table: what each kind of process may do with each table. What is not said is refused.

Letters as in PostgreSQL's own access lists: ``r`` read (SELECT), ``a`` append (INSERT), ``w`` write (UPDATE), ``d``
DELETE. Nobody but the owner may TRUNCATE, or change tables, triggers and functions. ``INSERT … RETURNING`` and
``SELECT … FOR UPDATE`` need ``r`` and ``w`` as well, so a row that is locked is a row that may be written.

A new table: its app's line in ``APPS`` is what it gets; say otherwise in ``TABLES`` when it deserves less or more.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.apps import apps
from django.db.models.options import Options

PREFIX = "consular_"
VERBS = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}


@dataclass(frozen=True, slots=True)
class Access:
    api: str = ""
    staff: str = ""
    worker: str = ""
    auditor: str = ""


ROLES = tuple(Access.__slots__)
"""The kinds of processes; each has the role ``consular_<kind>``."""

NOBODY = Access()
HISTORY = Access(api="ra", staff="ra", worker="ra")
"""Written once, never changed."""

APPS = {
    # the desk's own
    "admin": Access(staff="ra"),
    "auth": Access(staff="rawd", worker="r"),
    "contenttypes": Access(staff="r"),
    "sessions": Access(staff="rawd"),
    "migrations": Access(api="r", staff="r", worker="r", auditor="r"),
    "passkeys": Access(staff="rawd", worker="rd"),
    "otp_webauthn": Access(staff="rawd", worker="rd"),
    # the journey
    "travel_documents": Access(api="raw", staff="raw", worker="raw"),
    "cases": Access(api="raw", staff="raw", worker="raw"),
    "losses": Access(api="raw", staff="raw", worker="raw"),
    "payments": Access(api="raw", staff="raw", worker="raw"),
    "ledger": HISTORY,
    "documents": Access(api="raw", staff="raw", worker="rawd"),
    "notifications": Access(api="raw", staff="raw", worker="rawd"),
    "seals": Access(api="r", staff="raw", worker="raw"),
    "privacy": Access(api="ra", worker="rawd"),
    # where and who
    "posts": Access(api="r", staff="rawd", worker="r"),
    "accounts": Access(api="rawd", staff="r", worker="rawd"),
    # plumbing
    "outbox": Access(api="ra", staff="raw", worker="rawd"),
    "kernel": Access(api="raw", worker="rd"),
}

TABLES = {
    "django_migrations": APPS["migrations"],
    "audit_entry": Access(api="ra", staff="ra", worker="ra", auditor="r"),
    "audit_batch": Access(staff="r", worker="r", auditor="raw"),
    "cases_step": Access(api="ra", staff="ra", worker="raw"),
    "cases_change": Access(api="ra", staff="ra", worker="rad"),
    "cases_presence": Access(staff="raw", worker="rd"),
    "cases_attachment": Access(api="rad", staff="r", worker="rawd"),
    "payments_quote": HISTORY,
    # written by the function that closes a day, in the owner's name
    "ledger_balance": Access(staff="r", worker="r"),
    "ledger_closing": Access(staff="r", worker="r"),
    "payments_paymentevent": HISTORY,
    "travel_documents_validity": Access(api="r", staff="raw", worker="r"),
    "documents_series": Access(worker="raw"),
    "documents_citizenkey": Access(api="ra", staff="r", worker="raw"),
    "notifications_pushtoken": Access(api="rawd", worker="rawd"),
    "losses_certificateterm": Access(api="r", staff="raw", worker="r"),
    "losses_issuingauthority": Access(api="r", staff="raw", worker="r"),
    "accounts_user": Access(api="raw", staff="raw", worker="rw"),
    "accounts_user_groups": Access(staff="rad", worker="r"),
    "accounts_user_user_permissions": Access(staff="rad", worker="r"),
    "accounts_tally": Access(api="rawd", staff="rawd", worker="rawd"),
    "accounts_device": Access(api="rawd", staff="rw", worker="rawd"),
    "accounts_consent": Access(api="raw", staff="r", worker="rawd"),
    "django_admin_log": Access(staff="ra", worker="rw"),
    "auth_permission": Access(staff="r", worker="r"),
}

ONLY = {
    "accounts_consent": ("device", "withdrawn_at", "version", "updated_at"),
    "cases_step": ("note",),
    "django_admin_log": ("object_repr", "change_message"),
    "audit_batch": ("published_at",),
    "payments_inboundnotice": ("outcome", "processed_at"),
}
"""Of these, UPDATE reaches the named columns and no others."""


class Unnamed(LookupError):
    """A table of which nobody has said who may do what with it."""


def role(kind: str) -> str:
    return PREFIX + kind


def described() -> list["Options[Any]"]:
    """Every model with a table of its own, the ones between two models included, as Django describes it."""
    found = [model._meta for model in apps.get_models(include_auto_created=True)]  # noqa: SLF001 -- a documented door
    return [one for one in found if not one.proxy]


def access(table: str, app: str) -> Access:
    """Raises ``Unnamed``."""
    found = TABLES.get(table) or APPS.get(app)
    if found is None:
        raise Unnamed(f"{table} is named neither in TABLES nor, as {app}, in APPS of consular/database/grants.py")
    return found


def tables() -> dict[str, Access]:
    named = {one.db_table: access(one.db_table, one.app_label) for one in described()}
    return {"django_migrations": APPS["migrations"], **named}


def statements() -> list[str]:
    """The whole of it as SQL: everything is taken away, then what is named is given."""
    roles = ", ".join(role(kind) for kind in ROLES)
    taken = [
        "REVOKE CREATE, USAGE ON SCHEMA public FROM PUBLIC",
        f"REVOKE ALL ON SCHEMA public FROM {roles}",
        f"GRANT USAGE ON SCHEMA public TO {roles}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {roles}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {roles}",
    ]
    return taken + [line for table, given in sorted(tables().items()) for line in _grants(table, given)]


def _grants(table: str, given: Access) -> list[str]:
    wanted = [(kind, letters) for kind, letters in asdict(given).items() if letters]
    return [f'GRANT {_verbs(table, letters)} ON "{table}" TO {role(kind)}' for kind, letters in wanted]


def _verbs(table: str, letters: str) -> str:
    """``SELECT, UPDATE (outcome)``."""
    columns = f" ({', '.join(ONLY[table])})" if table in ONLY else ""
    return ", ".join(VERBS[letter] + (columns if letter == "w" else "") for letter in letters)
