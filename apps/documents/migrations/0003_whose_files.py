"""What was sent before files belonged to citizens goes to the account's own citizen, else to its first.

What an account without any citizen sent was never attached to anything: it goes. Content stored before this is not
encrypted and is not shown any more; installations that have some import it again.
"""

from typing import Any

from django.db import migrations


def give(apps: Any, schema_editor: Any) -> None:
    relations = apps.get_model("accounts", "Relation").objects
    for name in ("File", "Issue"):
        rows = apps.get_model("documents", name).objects
        for owner in rows.filter(citizen=None).order_by().values_list("owner", flat=True).distinct():
            own = relations.filter(user=owner, kind="self").first() or relations.filter(user=owner).order_by("pk").first()
            mine = rows.filter(citizen=None, owner=owner)
            mine.update(citizen=own.citizen_id) if own else mine.delete()


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_keys_and_citizens"), ("accounts", "0001_initial")]
    operations = [migrations.RunPython(give, migrations.RunPython.noop, elidable=True)]
