"""Without a term no certificate is made. Thirty days: an analogy, no rule names a term (R21, domain.md).

The authorities are those whose names Chinese passports have carried; nobody's e-mail address is known.
"""

from datetime import date
from typing import Any

from django.db import migrations

AUTHORITIES = [
    ("NIA", "国家移民管理局", "National Immigration Administration"),
    ("MPS", "公安部出入境管理局", "MPS Exit & Entry Administration"),
    ("MFA", "外交部", "Ministry of Foreign Affairs"),
]


def add(apps: Any, schema_editor: Any) -> None:
    terms, authorities = (apps.get_model("losses", name) for name in ("CertificateTerm", "IssuingAuthority"))
    for kind in ("loss_certificate", "progress_certificate"):
        terms.objects.get_or_create(kind=kind, active_from=date(2020, 1, 1), defaults={"days": 30})
    for code, zh, en in AUTHORITIES:
        authorities.objects.get_or_create(code=code, defaults={"name_zh": zh, "name_en": en})


class Migration(migrations.Migration):
    dependencies = [("losses", "0002_the_issuers_word")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
