from django.utils.translation import gettext_lazy as _

from apps.kernel.holdings import Holding, Kept, Obstacle, Sheet, Whose, holdings, sheet
from apps.payments.models import InboundNotice, Payment, PaymentEvent, Quote, Receipt, Refund, RefundEvent
from apps.payments.statuses import OPEN, OWED


def _export(whose: Whose) -> list[Sheet]:
    theirs = Payment.objects.filter(payable__in=whose.subjects)
    return [
        sheet(
            Quote.objects.filter(payable__in=whose.subjects),
            *("payable", "service", "lines", "currency", "waived_minor", "total_minor", "shown_at", "valid_until"),
        ),
        sheet(
            theirs,
            *("payable", "provider", "reference", "amount_minor", "currency", "status", "provider_txn", "captured_at"),
        ),
        sheet(PaymentEvent.objects.filter(payment__in=theirs), "payment__reference", "source", "target", "at"),
        sheet(Refund.objects.filter(payment__in=theirs), "payment__reference", "amount_minor", "currency", "status"),
    ]


def _obstacles(whose: Whose) -> list[Obstacle]:
    theirs = Payment.objects.filter(payable__in=whose.subjects)
    found = []
    if theirs.filter(status__in=OPEN).exists():
        found.append(
            Obstacle(
                "payment_open",
                _("A payment is not settled yet."),
                _("Wait until it is paid or closed; that takes two hours at most."),
            )
        )
    if Refund.objects.filter(payment__in=theirs, status__in=OWED).exists():
        found.append(
            Obstacle(
                "refund_owed",
                _("We owe you money, and would no longer know to whom."),
                _("Ask the post for your refund; when you have it, you can erase your data."),
            )
        )
    return found


holdings.add(
    "payments",
    Holding(
        label=_("What you paid"),
        models=(Quote, Payment, PaymentEvent, Refund, RefundEvent, Receipt, InboundNotice),
        export=_export,
        obstacles=_obstacles,
        erases=False,
        kept=(
            Kept(
                what=_("Amounts, dates and references of payments, without who paid"),
                basis=_("Accounting Law, article 23; Measures for Accounting Archives, articles 14 and 15"),
            ),
        ),
    ),
)
