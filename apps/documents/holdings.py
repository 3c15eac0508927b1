import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Citizen
from apps.documents.encryption import Place
from apps.documents.models import CitizenKey, File, Issue, folder_of
from apps.documents.services import blobs, destroy_key
from apps.documents.services.files import clean_place, name_of
from apps.documents.services.issues import paper_place
from apps.documents.statuses import FileStatus, IssueStatus
from apps.documents.store import store
from apps.kernel.errors import Unknown
from apps.kernel.holdings import Holding, Kept, Paper, Sheet, Whose, holdings, sheet
from apps.kernel.workflow import SYSTEM

EMPTY: dict[str, Any] = {"clean_key": "", "sha256": "", "remarks": [], "width": None, "height": None}


def _export(whose: Whose) -> list[Sheet]:
    issued = Issue.objects.filter(citizen=whose.citizen).exclude(status=IssueStatus.RESERVED)
    return [
        sheet(
            File.objects.filter(citizen=whose.citizen),
            *("id", "kind", "clean_type", "status", "reason", "width", "height", "remarks", "created_at"),
        ),
        sheet(issued, "number", "kind", "subject", "status", "issued_on", "expires_on", "sha256", "seal"),
    ]


def _papers(whose: Whose) -> Iterator[Paper]:
    for file in File.objects.filter(citizen=whose.citizen).readable().order_by("pk"):
        yield Paper(f"files/{name_of(file)}", partial(_parts, clean_place(file)))
    for issue in Issue.objects.filter(citizen=whose.citizen, status=IssueStatus.ISSUED).order_by("pk"):
        yield Paper(f"documents/{issue.number}.pdf", partial(_parts, paper_place(issue)))


def _parts(place: Place) -> Iterator[bytes]:
    """One that is lost or damaged is no reason to hand out nothing at all."""
    with suppress(Unknown):
        yield from blobs.read(place)[1]


def _discard(whose: Whose) -> None:
    """Every object; whatever a worker stores from now on is noise as soon as the key is gone."""
    for file in File.objects.filter(citizen=whose.citizen):
        for key in [file.raw_key, *store().keys(file.folder)]:
            store().delete(key)
    for pk in Issue.objects.filter(citizen=whose.citizen).values_list("pk", flat=True):
        for key in list(store().keys(folder_of(pk))):
            store().delete(key)


def _erase(whose: Whose, at: datetime) -> None:
    """Of issued documents number, kind, dates and status stay; the seal holds what a passport reader reads."""
    raised = {"version": F("version") + 1, "updated_at": at}
    File.objects.filter(citizen=whose.citizen).update(status=FileStatus.DISCARDED, **EMPTY, **raised)
    issues = Issue.objects.filter(citizen=whose.citizen)
    issues.filter(status=IssueStatus.RESERVED).update(status=IssueStatus.VOID)
    for issue in issues:
        issues.filter(pk=issue.pk).update(seal=None, holder=secrets.token_hex(32), **raised)
    destroy_key(citizen=Citizen.objects.get(pk=whose.citizen), actor=SYSTEM, at=at)


holdings.add(
    "documents",
    Holding(
        label=_("Your papers and photos, and the documents we issued to you"),
        models=(File, Issue, CitizenKey),
        export=_export,
        papers=_papers,
        discard=_discard,
        erase=_erase,
        kept=(
            Kept(
                what=_("Number, kind, dates and status of issued documents, without your name or their content"),
                basis=_("Archives Law, article 13"),
            ),
        ),
    ),
)
