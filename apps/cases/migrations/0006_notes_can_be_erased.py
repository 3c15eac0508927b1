from django.db import migrations

ALLOW = """
CREATE OR REPLACE FUNCTION cases_step_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    emptied cases_step;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.note = '' THEN
        emptied := OLD;
        emptied.note := '';
        IF NEW IS NOT DISTINCT FROM emptied THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the history of a case is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
"""

REFUSE = """
CREATE OR REPLACE FUNCTION cases_step_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of a case is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
"""


class Migration(migrations.Migration):
    """What somebody wrote can be emptied when they are erased; nothing else about a step ever changes."""

    dependencies = [("cases", "0005_persons_by_a_key_of_their_own")]
    operations = [migrations.RunSQL(ALLOW, REFUSE)]
