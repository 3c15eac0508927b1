"""What the database itself sees to: books that balance, are sealed, never change, and days that stay closed."""

from django.db import migrations

KEYS = """
ALTER TABLE ledger_entry
    ADD CONSTRAINT an_entry_is_of_the_post_currency_and_day_of_its_transaction
        FOREIGN KEY (transaction_id, post_id, currency, booked_on)
        REFERENCES ledger_transaction (id, post_id, currency, booked_on),
    ADD CONSTRAINT an_entry_is_of_the_post_and_currency_of_its_account
        FOREIGN KEY (account_id, post_id, currency) REFERENCES ledger_account (id, post_id, currency);
"""

NEVER_CHANGES = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
TABLES = ("ledger_account", "ledger_transaction", "ledger_entry", "ledger_balance", "ledger_closing")
ON_EACH_TABLE = """
CREATE TRIGGER never_changes BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER is_never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
"""

# The functions below run as the owner: row policies and missing rights of whoever posts must hide nothing from them.

OPEN = """
-- Those who post hold the books of a post and currency open together; who closes a day holds them alone.
CREATE FUNCTION ledger_books(of_post text, in_currency text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT hashtextextended('ledger:' || of_post || ':' || in_currency, 0)
$$;

-- A snapshot from before a day was closed would not show that it is.
CREATE FUNCTION ledger_at_read_committed() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the ledger is written at READ COMMITTED' USING ERRCODE = 'invalid_transaction_state';
    END IF;
END $$;

ALTER TABLE ledger_transaction
    ADD COLUMN created_xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    ADD COLUMN recorded_at timestamptz DEFAULT transaction_timestamp() NOT NULL;

CREATE FUNCTION ledger_open_transaction() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    closed date;
BEGIN
    PERFORM ledger_at_read_committed();
    PERFORM pg_advisory_xact_lock_shared(ledger_books(NEW.post_id, NEW.currency));
    SELECT max(day) INTO closed FROM ledger_closing WHERE post_id = NEW.post_id AND currency = NEW.currency;
    NEW.booked_on := greatest(NEW.booked_on, closed + 1);
    -- the number of the outermost transaction, whatever savepoint this is in; a restored database counts anew, so
    -- the moment it began as well
    NEW.created_xid := pg_current_xact_id();
    NEW.recorded_at := transaction_timestamp();
    RETURN NEW;
END $$;

CREATE TRIGGER opens BEFORE INSERT ON ledger_transaction
    FOR EACH ROW EXECUTE FUNCTION ledger_open_transaction();
"""

SEAL = """
CREATE FUNCTION ledger_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    sealed bigint;
BEGIN
    SELECT made.id INTO sealed FROM added JOIN ledger_transaction AS made ON made.id = added.transaction_id
    WHERE made.created_xid <> pg_current_xact_id() OR made.recorded_at <> transaction_timestamp()
        OR EXISTS (SELECT FROM ledger_closing AS closed WHERE closed.post_id = made.post_id
            AND closed.currency = made.currency AND closed.day >= made.booked_on)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transaction % of the ledger is sealed', sealed USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER seals AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_seal();
"""

BALANCE = """
CREATE FUNCTION ledger_check(subject bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) < 2 OR sum(amount_minor) <> 0 FROM ledger_entry WHERE transaction_id = subject) THEN
        RAISE EXCEPTION 'transaction % of the ledger does not balance', subject USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM ledger_transaction AS undoing JOIN ledger_entry AS entry
            ON entry.transaction_id IN (undoing.id, undoing.reverses_id)
        WHERE undoing.reverses_id IS NOT NULL AND (undoing.id = subject OR undoing.reverses_id = subject)
        GROUP BY undoing.id, entry.account_id HAVING sum(entry.amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'transaction % of the ledger is not what reverses another', subject
            USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION ledger_check_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_check(NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_check(NEW.transaction_id);
    RETURN NULL;
END $$;

-- Of the entries too: whoever makes constraints immediate has had the first check when he adds more.
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON ledger_transaction DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_check_transaction();
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_check_entry();
"""

CLOSE = """
-- Keeps the balances of every day up to that one; answers how many. The only writer of these two tables.
CREATE FUNCTION ledger_close(of_post text, in_currency text, until date) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    closed date;
    kept bigint;
BEGIN
    PERFORM ledger_at_read_committed();
    PERFORM pg_advisory_xact_lock(ledger_books(of_post, in_currency));
    IF until >= (SELECT (clock_timestamp() AT TIME ZONE time_zone)::date FROM posts_post WHERE code = of_post) THEN
        RAISE EXCEPTION '% is not over at %', until, of_post USING ERRCODE = 'check_violation';
    END IF;
    SELECT coalesce(max(day), '-infinity') INTO closed FROM ledger_closing
    WHERE post_id = of_post AND currency = in_currency;

    INSERT INTO ledger_balance (account_id, day, amount_minor)
    SELECT account.id, moved.booked_on, coalesce(before.amount_minor, 0) + sum(moved.amount_minor)
        OVER (PARTITION BY account.id ORDER BY moved.booked_on)
    FROM ledger_account AS account
    CROSS JOIN LATERAL (
        SELECT booked_on, sum(amount_minor) AS amount_minor FROM ledger_entry
        WHERE account_id = account.id AND booked_on > closed AND booked_on <= until GROUP BY booked_on
    ) AS moved
    LEFT JOIN LATERAL (
        SELECT amount_minor FROM ledger_balance WHERE account_id = account.id ORDER BY day DESC LIMIT 1
    ) AS before ON true
    WHERE account.post_id = of_post AND account.currency = in_currency;
    GET DIAGNOSTICS kept = ROW_COUNT;

    IF kept > 0 THEN
        INSERT INTO ledger_closing (post_id, currency, day) VALUES (of_post, in_currency, until);
    END IF;
    RETURN kept;
END $$;
"""

LIFT = """
ALTER TABLE ledger_entry
    DROP CONSTRAINT an_entry_is_of_the_post_currency_and_day_of_its_transaction,
    DROP CONSTRAINT an_entry_is_of_the_post_and_currency_of_its_account;
DROP FUNCTION ledger_refuse() CASCADE;
DROP FUNCTION ledger_open_transaction() CASCADE;
DROP FUNCTION ledger_seal() CASCADE;
DROP FUNCTION ledger_check_transaction() CASCADE;
DROP FUNCTION ledger_check_entry() CASCADE;
DROP FUNCTION ledger_check(bigint);
DROP FUNCTION ledger_close(text, text, date);
DROP FUNCTION ledger_at_read_committed();
DROP FUNCTION ledger_books(text, text);
ALTER TABLE ledger_transaction DROP COLUMN created_xid, DROP COLUMN recorded_at;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(
            [KEYS, NEVER_CHANGES, *(ON_EACH_TABLE.format(table=table) for table in TABLES), OPEN, SEAL, BALANCE, CLOSE],
            [LIFT],
        )
    ]
