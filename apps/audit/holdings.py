from django.utils.translation import gettext_lazy as _

from apps.audit.models import Entry
from apps.kernel.holdings import Holding, Kept, Sheet, Whose, holdings, sheet


def _export(whose: Whose) -> list[Sheet]:
    """Who did it is another person's data: that is answered as a role (``privacy.services.accesses``)."""
    return [sheet(Entry.objects.filter(citizen=whose.citizen), "at", "action", "subject")]


holdings.add(
    "audit",
    Holding(
        label=_("Who did what with your data"),
        models=(Entry,),
        export=_export,
        erases=False,
        kept=(
            Kept(
                what=_("The record of who opened or changed your data, by numbers without names"),
                basis=_("Cybersecurity Law, article 21; Personal Information Protection Law, articles 51 and 54"),
            ),
        ),
    ),
)
