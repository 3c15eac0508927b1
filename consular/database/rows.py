"""Which rows the desk sees: row-level security for what belongs to a post, by the officer of the request.

``RULES`` says it for the tables that begin a chain; a table that points at one of them (``PARENTS``) follows it by
itself. The setting ``consular.officer`` says who asks, for one transaction (``desk.as_the_officer``). Posts and rights
of that account are looked up here in the database; without the setting, for a closed account and for one that is
no staff there are no rows at all. This stops forgotten filters, not injected SQL: that could set another name.
"""

from typing import Any

from django.db.models import ForeignKey
from django.db.models.options import Options

from consular.database.grants import Access, described, role, tables

FUNCTIONS = """
CREATE OR REPLACE FUNCTION consular_officer() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('consular.officer', true), '')::uuid
$$;

-- the posts in sight: all of them for a superuser, none for whoever is no officer
CREATE OR REPLACE FUNCTION consular_posts() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT array_agg(post.code::text) FROM posts_post post, accounts_user account
    WHERE account.id = consular_officer() AND account.is_active AND account.is_staff
    AND (account.is_superuser
        OR post.code = (SELECT officer.post_id FROM posts_officer officer WHERE officer.user_id = account.id))
$$;

CREATE OR REPLACE FUNCTION consular_is_superuser() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM accounts_user account WHERE account.id = consular_officer()
        AND account.is_active AND account.is_staff AND account.is_superuser)
$$;

-- the case that is just being handed over to another post, in this transaction
CREATE OR REPLACE FUNCTION consular_handed_over() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('consular.handed_over', true), '')::uuid
$$;

-- 'case:<id>', as payments, documents and messages know it
CREATE OR REPLACE FUNCTION consular_case(subject text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN subject ~ '^case:[0-9a-f-]{36}$' THEN substr(subject, 6)::uuid END
$$
"""

OWN_POST = "post_id = ANY ((SELECT consular_posts())::text[])"
SUPERUSER = "(SELECT consular_is_superuser())"


def a_case(condition: str) -> str:
    """Through the policy of the cases themselves."""
    return f"EXISTS (SELECT FROM cases_case AS seen WHERE {condition})"


PUT_TO_A_CASE = "EXISTS (SELECT FROM cases_attachment AS put WHERE put.file_id = documents_file.id)"

RELATED = "EXISTS (SELECT FROM accounts_relation AS near WHERE near.user_id = accounts_user.id)"
"""To a citizen in sight: the policy of the relations is asked, too."""

RULES = {
    "cases_case": f"{OWN_POST} OR id = (SELECT consular_handed_over())",
    "accounts_citizen": f"{SUPERUSER} OR {a_case('seen.citizen_id = accounts_citizen.id')}",
    "losses_lossreport": f"{SUPERUSER} OR {a_case('seen.citizen_id = losses_lossreport.citizen_id')}",
    "documents_file": f"{SUPERUSER} OR {PUT_TO_A_CASE}",
    "documents_issue": f"{SUPERUSER} OR {a_case('seen.id = consular_case(documents_issue.subject)')}",
    "payments_quote": f"{OWN_POST} OR {a_case('seen.id = consular_case(payments_quote.payable)')}",
    "ledger_account": OWN_POST,
    "ledger_transaction": OWN_POST,
    "ledger_entry": OWN_POST,
    "ledger_closing": OWN_POST,
    "posts_waiver": OWN_POST,
    "notifications_message": f"{SUPERUSER} OR {a_case('seen.id = consular_case(notifications_message.subject)')}",
    # the accounts of colleagues, of whoever applied here, and of the citizens in sight: one of these reads what the
    # desk writes, in its own language; the desk opens and changes accounts of staff only
    "accounts_user": f"is_staff OR {SUPERUSER} OR {a_case('seen.applicant_id = accounts_user.id')} OR {RELATED}",
    "accounts_device": SUPERUSER,
    # numbers of passports and the bodies of notices belong to no post
    "payments_inboundnotice": SUPERUSER,
}

PARENTS = (
    "cases_case", "losses_lossreport", "payments_payment", "payments_quote", "documents_issue", "documents_file",
    "notifications_message", "accounts_citizen", "ledger_account",
)  # fmt: skip
"""The nearest first: a table follows the first of these that it points at."""

WRITING = {"accounts_user": "is_staff"}
"""Where fewer rows may be written than read."""

NO_STAFF = "NOT is_staff AND NOT is_superuser"
APART = {("accounts_user", "api"): NO_STAFF, ("accounts_user", "worker"): NO_STAFF}
"""What another process may write: no phone makes a superuser."""


def condition(table: "Options[Any]") -> str:
    """What a row must be like to be in the desk's sight; empty where everybody may see everything."""
    if table.db_table in RULES:
        return RULES[table.db_table]
    return next((follows for parent in PARENTS if (follows := _follows(table, parent))), "")


def _follows(table: "Options[Any]", parent: str) -> str:
    for field in table.concrete_fields:
        if isinstance(field, ForeignKey) and table.db_table != parent == _table_of(field):
            key, column = field.target_field.column, field.column
            return f'EXISTS (SELECT FROM "{parent}" AS up WHERE up."{key}" = "{table.db_table}"."{column}")'
    return ""


def _table_of(field: "ForeignKey[Any, Any]") -> str:
    up = field.remote_field.model._meta  # noqa: SLF001 -- a documented door
    return str(up.db_table)


def conditions() -> dict[str, str]:
    """By table, for all that are guarded."""
    found = {one.db_table: condition(one) for one in described()}
    return {table: rule for table, rule in found.items() if rule}


def statements() -> list[str]:
    """Functions, then one policy per role, command and table: never one that asks who is asking."""
    given = tables()
    guarded = sorted(conditions().items())
    return [FUNCTIONS, *(line for table, rule in guarded for line in _policies(table, rule, given[table]))]


def _policies(table: str, rule: str, given: Access) -> list[str]:
    writing = WRITING.get(table, rule)
    made = [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        _policy(table, "staff", "seen", f"FOR SELECT TO {role('staff')} USING ({rule})"),
        _policy(table, "staff", "added", f"FOR INSERT TO {role('staff')} WITH CHECK ({writing})"),
        _policy(table, "staff", "changed", f"FOR UPDATE TO {role('staff')} USING ({writing})"),
        _policy(table, "staff", "removed", f"FOR DELETE TO {role('staff')} USING ({writing})"),
    ]
    for kind in ("api", "worker"):
        if getattr(given, kind):
            written = APART.get((table, kind), "true")
            made.append(_policy(table, kind, "all", f"FOR ALL TO {role(kind)} USING (true) WITH CHECK ({written})"))
    return made


def _policy(table: str, kind: str, what: str, says: str) -> str:
    name = f"{kind}_{what}"
    return f'DROP POLICY IF EXISTS {name} ON "{table}"; CREATE POLICY {name} ON "{table}" {says}'
