from django.db import migrations

TRUST = """
UPDATE accounts_device SET trusted_at = created_at, trusted_by = 'first' WHERE trusted_at IS NULL
"""


class Migration(migrations.Migration):
    """Whoever was signed in before there was probation stays so."""

    dependencies = [("accounts", "0002_rights_and_trust")]
    operations = [migrations.RunSQL(TRUST, migrations.RunSQL.noop)]
