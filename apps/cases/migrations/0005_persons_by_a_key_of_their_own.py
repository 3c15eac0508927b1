from typing import Any

from django.conf import settings
from django.db import migrations
from django.utils.crypto import salted_hmac


def recompute(apps: Any, schema_editor: Any) -> None:
    """As ``accounts.services.person_key`` does it now: by PERSON_KEY, no longer by SECRET_KEY."""
    cases = apps.get_model("cases", "Case")
    numbered = cases.objects.exclude(citizen__identity_number=None).select_related("citizen")
    for case in numbered.iterator():
        mark = salted_hmac(
            "person", case.citizen.identity_number, secret=settings.PERSON_KEY, algorithm="sha256"
        ).hexdigest()
        cases.objects.filter(pk=case.pk).update(person=mark)


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_presence"), ("accounts", "0003_known_devices_are_trusted")]
    operations = [migrations.RunPython(recompute, migrations.RunPython.noop)]
