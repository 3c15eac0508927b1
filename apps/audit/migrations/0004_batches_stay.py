from django.db import migrations

REFUSE_EDITS = """
CREATE FUNCTION audit_batch_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_batch is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER is_never_deleted BEFORE DELETE ON audit_batch
    FOR EACH ROW EXECUTE FUNCTION audit_batch_append_only();

CREATE TRIGGER keeps_its_facts BEFORE UPDATE ON audit_batch FOR EACH ROW
    WHEN ((OLD.number, OLD.first, OLD.last, OLD.count, OLD.root, OLD.previous, OLD.head, OLD.key, OLD.signature,
           OLD.sealed_at)
        IS DISTINCT FROM (NEW.number, NEW.first, NEW.last, NEW.count, NEW.root, NEW.previous, NEW.head, NEW.key,
           NEW.signature, NEW.sealed_at) OR OLD.published_at IS NOT NULL)
    EXECUTE FUNCTION audit_batch_append_only();
"""

ALLOW_EDITS = """
DROP TRIGGER is_never_deleted ON audit_batch;
DROP TRIGGER keeps_its_facts ON audit_batch;
DROP FUNCTION audit_batch_append_only();
"""


class Migration(migrations.Migration):
    """Of a sealed batch only one thing is learned later: when its head was published."""

    dependencies = [("audit", "0003_citizen_and_batches")]
    operations = [migrations.RunSQL(REFUSE_EDITS, ALLOW_EDITS)]
