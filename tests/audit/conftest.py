"""A sealing house of its own for each test: key, passphrase and a folder for published heads."""

import pytest
from django.db import connection


@pytest.fixture
def house(settings, tmp_path):
    """Answers the folder of the published heads."""
    settings.AUDIT_KEYS_DIR = str(tmp_path / "keys")
    settings.AUDIT_KEYS_PASSPHRASE = "a passphrase"
    heads = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "out"), "file_permissions_mode": 0o444},
    }
    kept = {name: place for name, place in settings.STORAGES.items() if not name.startswith("audit_heads")}
    settings.STORAGES = {**kept, "audit_heads_dir": heads}
    return tmp_path / "out" / "heads"


def fill(count, *, every=2):
    """So many entries, with ids that leave gaps, as transactions that were rolled back do."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO audit_entry (id, at, actor, action, subject, citizen, request_id, detail)
            SELECT i * %s, timestamptz '2026-11-23 09:00+00' + i * interval '1 second', 'officer:' || i, 'case_viewed',
                'case:' || i, gen_random_uuid(), '', jsonb_build_object('n', i, '人', '李娜')
            FROM generate_series(1, %s) AS i
            """,
            [every, count],
        )


def as_dba(*statements):
    """What whoever owns the table can do: the guard is lifted, and put back."""
    with connection.cursor() as cursor:
        for table in ("audit_entry", "audit_batch"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for sql in statements:
            cursor.execute(sql)
        for table in ("audit_entry", "audit_batch"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
