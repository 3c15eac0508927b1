"""Who may do what is itself on record: the database notes every change of rights, by whatever way it came."""

FUNCTION = """
CREATE OR REPLACE FUNCTION consular_note_rights() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    -- told by the desk; every other process is named by its role
    officer text := nullif(current_setting('consular.officer', true), '');
    changed jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
BEGIN
    INSERT INTO audit_entry (at, actor, action, subject, request_id, detail) VALUES (
        clock_timestamp(), coalesce('officer:' || officer, session_user), 'rights_changed', TG_TABLE_NAME || ':' ||
        coalesce(changed ->> 'user_id', changed ->> 'group_id', changed ->> 'id'), '',
        jsonb_strip_nulls(jsonb_build_object('how', lower(TG_OP), 'group', changed -> 'group_id',
            'permission', changed -> 'permission_id', 'post', changed -> 'post_id', 'active', changed -> 'is_active',
            'staff', changed -> 'is_staff', 'superuser', changed -> 'is_superuser', 'password',
            CASE WHEN TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'accounts_user'
                AND to_jsonb(OLD) -> 'password' IS DISTINCT FROM changed -> 'password' THEN 'changed' END))
    );
    RETURN NULL;
END $$
"""

TABLES = ("accounts_user_groups", "accounts_user_user_permissions", "auth_group_permissions", "posts_officer")
RIGHTS = ("is_active", "is_staff", "is_superuser", "password")


def statements() -> list[str]:
    rights = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in RIGHTS)
    changed = f"WHEN ((OLD.is_staff OR NEW.is_staff) AND ({rights}))"
    return [
        FUNCTION,
        *(_trigger(table, "notes_rights", "INSERT OR UPDATE OR DELETE") for table in TABLES),
        _trigger("accounts_user", "notes_new_staff", "INSERT", "WHEN (NEW.is_staff)"),
        _trigger("accounts_user", "notes_rights", "UPDATE", changed),
        _trigger("accounts_user", "notes_staff_gone", "DELETE", "WHEN (OLD.is_staff)"),
    ]


def _trigger(table: str, name: str, when: str, given: str = "") -> str:
    run = "EXECUTE FUNCTION consular_note_rights()"
    return f"CREATE OR REPLACE TRIGGER {name} AFTER {when} ON {table} FOR EACH ROW {given} {run}"
