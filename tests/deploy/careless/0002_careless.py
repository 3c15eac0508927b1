# ruff: noqa: N999
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE kernel_idempotency ADD COLUMN careless integer NOT NULL",
            "ALTER TABLE kernel_idempotency DROP COLUMN careless",
        )
    ]
