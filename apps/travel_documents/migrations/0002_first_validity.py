"""Without a rule for its validity nothing can be issued (R11): an emergency sheet is good for little more than the journey."""

from datetime import date
from typing import Any

from django.db import migrations


def add(apps: Any, schema_editor: Any) -> None:
    apps.get_model("travel_documents", "Validity").objects.get_or_create(
        service="TRAVEL_DOC_EMERGENCY", active_from=date(2020, 1, 1), defaults={"days_after_travel": 15}
    )


class Migration(migrations.Migration):
    dependencies = [("travel_documents", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
