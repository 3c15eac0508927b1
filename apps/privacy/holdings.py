"""What this app holds, and what lies in tables that are no app's of ours."""

from datetime import datetime

from django.contrib.admin.models import LogEntry
from django.utils.translation import gettext_lazy as _

from apps.documents.store import store
from apps.kernel.holdings import Holding, Kept, Sheet, Whose, holdings, sheet
from apps.kernel.models import Answer
from apps.privacy.models import Erasure, Export


def _export(whose: Whose) -> list[Sheet]:
    return [sheet(Export.objects.filter(citizen=whose.citizen), "requested_at", "ready_at", "until")]


def _discard(whose: Whose) -> None:
    for export in Export.objects.filter(citizen=whose.citizen):
        store().delete(export.key)


def _erase(whose: Whose, at: datetime) -> None:
    Export.objects.filter(citizen=whose.citizen).delete()


holdings.add(
    "privacy",
    Holding(
        label=_("Copies of your data that you asked for"),
        models=(Export, Erasure),
        export=_export,
        discard=_discard,
        erase=_erase,
        kept=(
            Kept(
                what=_("That you were erased, and when, by number: so that a restored backup is erased again"),
                basis=_("Personal Information Protection Law, articles 47 and 69"),
            ),
        ),
    ),
)


def _no_answers(whose: Whose) -> list[Sheet]:
    """Each repeats what another holding has."""
    return []


def _erase_answers(whose: Whose, at: datetime) -> None:
    """Of everybody who acted for the citizen: whose answer is whose cannot be told from the outside.

    A phone that repeats a request of before is then answered anew; what may exist only once, the tables see to.
    """
    Answer.objects.filter(actor__in=map(str, whose.accounts)).delete()
    ids = [str(whose.citizen), *map(str, whose.leaving), *(name.partition(":")[2] for name in whose.subjects)]
    LogEntry.objects.filter(object_id__in=ids).update(object_repr="", change_message="")


holdings.add(
    "requests",
    Holding(
        label=_("Answers kept for phones that ask twice; what the staff screens called your records"),
        models=(Answer, LogEntry),
        export=_no_answers,
        erase=_erase_answers,
    ),
)
