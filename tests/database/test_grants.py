"""What each kind of process may do, asked of PostgreSQL itself."""

import re
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from apps.audit.models import Entry
from apps.audit.services import record
from apps.kernel.workflow import SYSTEM
from consular.database import grants, rows
from consular.database.secure import Refused, secure
from tests.audit.test_sealing import AT
from tests.database.conftest import KINDS, asked, refused

pytestmark = pytest.mark.django_db(transaction=True)

HELD = """
SELECT table_name::text, privilege_type::text FROM information_schema.role_table_grants
WHERE grantee = %s AND table_schema = 'public'
"""
HELD_COLUMNS = """
SELECT column_name::text FROM information_schema.column_privileges
WHERE grantee = %s AND table_name = %s AND privilege_type = 'UPDATE'
"""
READ_ONLY_FACTS = (
    "audit_entry", "cases_step", "ledger_account", "ledger_balance", "ledger_closing", "ledger_entry", "ledger_transaction",
    "payments_paymentevent", "payments_quote",
)  # fmt: skip


def held(kind):
    """{table: its privileges} of a role."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(HELD, [grants.role(kind)])
        for table, privilege in cursor.fetchall():
            found.setdefault(table, set()).add(privilege)
    return found


def test_every_table_is_named(secured):
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))

    assert there == set(grants.tables())
    with pytest.raises(grants.Unnamed, match="forgotten_table is named neither"):
        grants.access("forgotten_table", "forgotten")


@pytest.mark.parametrize("kind", KINDS)
def test_a_role_holds_what_the_table_says_and_nothing_else(secured, kind):
    said = {}
    for table, given in grants.tables().items():
        letters = getattr(given, kind).replace("w", "" if table in grants.ONLY else "w")
        if letters:
            said[table] = {grants.VERBS[letter] for letter in letters}

    assert held(kind) == said
    with connection.cursor() as cursor:
        for table, columns in grants.ONLY.items():
            cursor.execute(HELD_COLUMNS, [grants.role(kind), table])
            written = {column for (column,) in cursor.fetchall()}
            assert written == (set(columns) if "w" in getattr(grants.tables()[table], kind) else set())


@pytest.mark.parametrize("table", READ_ONLY_FACTS)
def test_history_is_written_once_by_whoever_it_is(secured, table):
    for kind in KINDS:
        assert held(kind).get(table, set()) <= {"SELECT", "INSERT"}, kind


def test_no_two_kinds_of_processes_share_what_is_one_s_own(secured):
    business = {table for table in grants.tables() if not table.startswith(("audit_", "django_migrations"))}

    assert set(held("auditor")) & business == set()
    assert not {"django_session", "auth_group", "accounts_user_groups"} & set(held("api"))
    assert "INSERT" not in held("worker").get("accounts_user", set())
    assert "DELETE" not in held("staff").get("cases_case", set())


def test_no_role_is_more_than_a_role(secured):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolinherit, "
            "(SELECT count(*) FROM pg_auth_members WHERE member = pg_roles.oid) FROM pg_roles WHERE rolname ~ '^consular_'"
        )
        assert {name: (more, groups) for name, more, groups in cursor.fetchall()} == {
            grants.role(kind): (False, 0) for kind in KINDS
        }


FORBIDDEN = [
    "UPDATE audit_entry SET action = 'nothing'",
    "UPDATE audit_entry SET detail = '{}' WHERE id = 1",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "DROP TABLE audit_entry",
    "ALTER TABLE audit_entry DISABLE TRIGGER append_only",
    "ALTER TABLE audit_entry ADD COLUMN more text",
    "DROP TRIGGER append_only ON audit_entry",
    "CREATE RULE gone AS ON INSERT TO audit_entry DO INSTEAD NOTHING",
    "DROP FUNCTION audit_entry_append_only",
    "CREATE OR REPLACE FUNCTION audit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "SET session_replication_role = replica",
    "UPDATE audit_batch SET root = ''",
    "DELETE FROM audit_batch",
    "TRUNCATE audit_batch",
    "ALTER TABLE audit_batch DISABLE TRIGGER ALL",
    "MERGE INTO audit_entry USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    "CREATE TABLE mine (word text)",
    "CREATE TEMPORARY TABLE mine (word text)",
    "ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY",
    "DROP POLICY staff_seen ON cases_case",
    "TRUNCATE cases_case CASCADE",
    "SET ROLE consular",
    "ALTER ROLE consular_staff BYPASSRLS",
    "GRANT consular_worker TO consular_staff",
    "COPY audit_entry TO PROGRAM 'cat'",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_process_can_undo_nothing_of_the_audit_nor_of_its_own_limits(enter, kind):
    record(actor=SYSTEM, action="seen", subject="case:1", at=AT)
    session = enter(kind)
    others = [f"SET ROLE {grants.role(other)}" for other in KINDS if other != kind]

    assert [sql for sql in [*FORBIDDEN, *others] if not refused(session, sql)] == []
    assert Entry.objects.get().action == "seen"


def test_planted_an_owner_is_not_refused(secured):
    """The statements above are sound: whoever owns the table gets through."""
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER append_only")
        transaction.set_rollback(True)


def test_the_phones_cannot_make_a_superuser_nor_touch_an_account_of_staff(enter):
    api = enter("api")
    new = (
        "INSERT INTO accounts_user (id, password, is_superuser, username, language, time_zone, is_active, is_staff, created_at)"
        " VALUES (gen_random_uuid(), '', {}, 'x', 'en', 'UTC', true, {}, now())"
    )
    assert refused(api, new.format("true", "false"))
    assert refused(api, new.format("false", "true"))
    assert not refused(api, new.format("false", "false"))
    assert refused(api, "UPDATE accounts_user SET is_superuser = true WHERE username = 'x'")


def test_a_notice_may_be_marked_and_never_rewritten(enter):
    worker = enter("worker")

    assert not refused(worker, "UPDATE payments_inboundnotice SET outcome = '', processed_at = now()")
    assert refused(worker, "UPDATE payments_inboundnotice SET sealed_body = ''")


def test_securing_twice_changes_nothing_and_says_what_it_did(secured):
    before = {kind: held(kind) for kind in KINDS}
    said = StringIO()

    call_command("secure_database", stdout=said)

    assert {kind: held(kind) for kind in KINDS} == before
    assert f"{len(rows.conditions())} tables: rows by post for consular_staff" in said.getvalue()


def test_a_right_that_was_given_by_hand_is_taken_away_again(secured):
    with connection.cursor() as cursor:
        cursor.execute("GRANT UPDATE, TRUNCATE ON audit_entry TO consular_api")
        cursor.execute("GRANT SELECT ON cases_case TO PUBLIC")

    secure()

    assert held("api")["audit_entry"] == {"SELECT", "INSERT"}
    assert "cases_case" not in held("auditor")


def test_a_role_that_owns_something_is_refused(secured):
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(Refused, match="consular_api may do too much"):  # noqa: SIM117
            with transaction.atomic():
                cursor.execute("CREATE VIEW pg_temp.unfit AS SELECT 1")
                _pretend_owner(cursor)
                secure()
        transaction.set_rollback(True)


def _pretend_owner(cursor):
    cursor.execute("SET LOCAL search_path = pg_temp, public, pg_catalog")
    cursor.execute(
        "CREATE TEMP VIEW pg_tables AS SELECT 'public'::name AS schemaname, 'consular_api'::name AS tableowner"
    )


def test_the_setting_that_names_the_officer_lasts_for_one_transaction_only():
    """``set_config(…, false)`` and ``SET`` would tell the next user of a pooled connection."""
    lasting = re.compile(
        r"set_config\('consular\.[^)]*,\s*(?:false|%s)\s*\)|\bSET\s+(?:SESSION\s+)?consular\.", re.IGNORECASE
    )
    found = [
        str(path)
        for folder in ("apps", "consular", "deploy")
        for path in Path(settings.BASE_DIR, folder).rglob("*.py")
        if lasting.search(path.read_text())
    ]
    assert found == []
    assert lasting.search("SELECT set_config('consular.officer', %s, false)")
    assert lasting.search("SET consular.officer = 'x'")


def test_a_session_keeps_nothing_of_the_last_transaction(enter):
    with closing(enter("staff")) as session:
        asked(session, "SELECT 1", officer="00000000-0000-0000-0000-000000000001")
        assert asked(session, "SELECT consular_officer()") == [(None,)]
