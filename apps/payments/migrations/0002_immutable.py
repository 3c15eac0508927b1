"""What the database itself refuses: to change a quote, the money of a payment, history or evidence."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION payments_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


def _whole(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_never_changes BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION payments_refuse();"
    )


def _columns(table: str, columns: str) -> str:
    old, new = (", ".join(f"{side}.{name}" for name in columns.split()) for side in ("OLD", "NEW"))
    return (
        f"CREATE TRIGGER {table}_keeps_its_facts BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION payments_refuse();"
    )


def _stays(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_is_never_deleted BEFORE DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION payments_refuse();"
    )


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.RunSQL(
            [
                FUNCTION,
                _whole("payments_quote"),
                _whole("payments_paymentevent"),
                _columns("payments_payment", "quote_id payable payer_id provider reference amount_minor currency"),
                _stays("payments_payment"),
                _columns("payments_refund", "payment_id amount_minor currency reason"),
                _stays("payments_refund"),
                _columns("payments_inboundnotice", "provider dedupe_key reference headers body received_at"),
            ],
            ["DROP FUNCTION payments_refuse() CASCADE;"],
        )
    ]
