"""Puts the tables of this package into the database."""

from django.db import ProgrammingError, connection, transaction

from consular.database import grants, rows, watches
from consular.database.grants import ROLES, role

ATTRIBUTES = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT"
UNFIT = """
SELECT rolname FROM pg_roles WHERE rolname = ANY (%(roles)s)
    AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
UNION SELECT member.rolname FROM pg_auth_members JOIN pg_roles AS member ON member.oid = pg_auth_members.member
    WHERE member.rolname = ANY (%(roles)s)
UNION SELECT tableowner FROM pg_tables WHERE schemaname = 'public' AND tableowner = ANY (%(roles)s)
"""


class Refused(Exception):
    """The sentence for the operator, with the SQL that helps."""


def secure() -> list[str]:
    """Roles, rights, policies, triggers, in one transaction; safe to repeat. Answers what was done, in words.

    Raises ``Refused`` when roles are missing that this account may not make, or one of them may do too much, and
    ``Unnamed`` for a table that nobody has named.
    """
    with transaction.atomic():
        made = _make_roles()
        with connection.cursor() as cursor:
            cursor.execute(UNFIT, {"roles": [role(kind) for kind in ROLES]})
            if unfit := [name for (name,) in cursor.fetchall()]:
                raise Refused(f"{', '.join(unfit)} may do too much: no attributes, memberships or tables of its own")
            for sql in (*_database(), *grants.statements(), *rows.statements(), *watches.statements()):
                cursor.execute(sql)
    guarded = rows.conditions()
    return [
        *(f"made the role {name}, which cannot sign in yet" for name in made),
        f"{len(grants.tables())} tables: rights of {len(ROLES)} roles",
        f"{len(guarded)} tables: rows by post for {role('staff')}",
        f"{len(watches.TABLES) + 1} tables: changes of rights are noted",
    ]


def _make_roles() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles")
        there = {name for (name,) in cursor.fetchall()}
        missing = [role(kind) for kind in ROLES if role(kind) not in there]
        sql = "; ".join(f"CREATE ROLE {name} NOLOGIN {ATTRIBUTES}" for name in missing)
        try:
            if missing:
                cursor.execute(sql)
        except ProgrammingError:
            raise Refused(
                f"roles are missing and this account may not make them; as an administrator: {sql};"
            ) from None
    return missing


def _database() -> list[str]:
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    roles = ", ".join(role(kind) for kind in ROLES)
    return [f"REVOKE ALL ON DATABASE {name} FROM PUBLIC, {roles}", f"GRANT CONNECT ON DATABASE {name} TO {roles}"]
