"""After a test that commits: what it wrote is deleted, and nothing else is touched.

Django empties every table and makes all rights anew, a third of a second for each such test. Most of them fill a dozen
tables; these are found and emptied, with the guards of the product away for that moment.
"""

from typing import Any

from django.apps import apps
from django.core.serializers import sort_dependencies
from django.db import connection, transaction

KEPT = {"django_migrations", "django_content_type", "auth_permission"}
"""What migrations fill and no test changes."""


def empty(test: Any = None) -> None:
    """In place of ``TransactionTestCase._fixture_teardown``."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in _tables()))
        filled = {table for (table,) in cursor.fetchall()}
        for table in filled:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
        for table in [table for table in _tables() if table in filled]:
            cursor.execute(f'DELETE FROM "{table}"')
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in filled:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def _tables() -> list[str]:
    """Whoever points at others comes before them."""
    by_app = [(config, None) for config in apps.get_app_configs()]
    models = sort_dependencies(by_app, allow_cycles=True)
    known = [model._meta.db_table for model in reversed(models) if model._meta.managed and not model._meta.proxy]
    between = [field.m2m_db_table() for model in models for field in model._meta.local_many_to_many]
    return [table for table in dict.fromkeys([*between, *known]) if table not in KEPT]
