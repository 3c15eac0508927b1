"""Run by `manage.py shell`: what the product can still open, as JSON: {key: bytes in hexadecimal}."""

import io
import json
from zipfile import ZipFile

from apps.accounts.models import Citizen
from apps.documents.services import blobs
from apps.kernel.errors import DomainError
from apps.kernel.holdings import holdings
from apps.privacy.models import Export
from apps.privacy.services import whose_of
from apps.privacy.services.exporting import place_of


def show() -> None:
    found: dict[str, str] = {}
    for citizen in Citizen.objects.values_list("pk", flat=True):
        for holding in holdings.values():
            for paper in holding.papers(whose_of(citizen=citizen)):
                try:
                    found[paper.name] = b"".join(paper.parts()).hex()
                except DomainError:
                    found[paper.name] = ""
    for export in Export.objects.exclude(ready_at=None):
        pack = ZipFile(io.BytesIO(b"".join(blobs.read(place_of(export))[1])))
        found |= {f"{export.key}/{name}": pack.read(name).hex() for name in pack.namelist()}
    print(json.dumps(found))
