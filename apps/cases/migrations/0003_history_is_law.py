from django.db import migrations

GUARD = """
CREATE FUNCTION cases_step_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of a case is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON cases_step
    FOR EACH ROW EXECUTE FUNCTION cases_step_append_only();

CREATE FUNCTION cases_case_follows_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last cases_step;
    proposal cases_step;
BEGIN
    SELECT * INTO last FROM cases_step WHERE case_id = NEW.id ORDER BY id DESC LIMIT 1;
    IF last.id IS NULL OR last.source <> OLD.status OR last.target <> NEW.status THEN
        RAISE EXCEPTION 'no step leads from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = 'refused' THEN
        SELECT * INTO proposal FROM cases_step
            WHERE case_id = NEW.id AND move = 'propose_refusal' ORDER BY id DESC LIMIT 1;
        IF proposal.actor_id IS NULL OR last.actor_id IS NULL OR proposal.actor_id = last.actor_id THEN
            RAISE EXCEPTION 'a refusal needs two officers (R31)' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER follows_history BEFORE UPDATE OF status ON cases_case
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION cases_case_follows_history();
"""

LIFT = """
DROP TRIGGER follows_history ON cases_case;
DROP FUNCTION cases_case_follows_history();
DROP TRIGGER append_only ON cases_step;
DROP FUNCTION cases_step_append_only();
"""


class Migration(migrations.Migration):
    """A status changes only together with a step of the append-only history, and a refusal has two officers in it."""

    dependencies = [("cases", "0002_deadlines_and_deliveries")]
    operations = [migrations.RunSQL(GUARD, LIFT)]
