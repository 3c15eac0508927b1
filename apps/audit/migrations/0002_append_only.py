from django.db import migrations

REFUSE_EDITS = """
CREATE FUNCTION audit_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_entry is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_append_only();
"""

ALLOW_EDITS = """
DROP TRIGGER append_only ON audit_entry;
DROP FUNCTION audit_entry_append_only();
"""


class Migration(migrations.Migration):
    """What was written down stays. TRUNCATE is a right of the table's owner, which the server's role is not to be."""

    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE_EDITS, ALLOW_EDITS)]
