from django.utils.translation import gettext_lazy as _

from apps.kernel.holdings import Holding, Kept, Sheet, Whose, holdings, sheet
from apps.posts.models import Waiver


def _export(whose: Whose) -> list[Sheet]:
    theirs = Waiver.objects.filter(payable__in=whose.subjects)
    return [sheet(theirs, "payable", "post", "reason", "requested_at", "approved_at")]


holdings.add(
    "posts",
    Holding(
        label=_("Fees you were excused from"),
        models=(Waiver,),
        export=_export,
        erases=False,
        kept=(
            Kept(
                what=_("That a fee was waived, when and for what reason, without for whom"),
                basis=_("Accounting Law, article 23; Measures for Accounting Archives, articles 14 and 15"),
            ),
        ),
    ),
)
