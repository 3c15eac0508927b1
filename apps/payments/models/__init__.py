from apps.payments.models.differences import Difference, DifferenceKind
from apps.payments.models.merchants import Merchant, Profile
from apps.payments.models.notices import InboundNotice
from apps.payments.models.payments import LAST_ANSWERS, Payment, PaymentEvent, new_reference
from apps.payments.models.quotes import Quote, in_words
from apps.payments.models.receipts import Receipt, ReceiptSeries
from apps.payments.models.refunds import Refund, RefundEvent

__all__ = [
    "LAST_ANSWERS",
    "Difference",
    "DifferenceKind",
    "InboundNotice",
    "Merchant",
    "Payment",
    "PaymentEvent",
    "Profile",
    "Quote",
    "Receipt",
    "ReceiptSeries",
    "Refund",
    "RefundEvent",
    "in_words",
    "new_reference",
]
