"""Quote, open, settle, ask: every change of a payment. Nothing else writes ``Payment.status``."""

from apps.payments.services.asking import conclude, expire, learn, poll
from apps.payments.services.notices import LARGEST, process, receive
from apps.payments.services.opening import abandon, doubt, offer, open_payment
from apps.payments.services.quoting import quote
from apps.payments.services.refunds import mark_unusable
from apps.payments.services.settling import Mismatch, apply, settle

__all__ = [
    "LARGEST",
    "Mismatch",
    "abandon",
    "apply",
    "conclude",
    "doubt",
    "expire",
    "learn",
    "mark_unusable",
    "offer",
    "open_payment",
    "poll",
    "process",
    "quote",
    "receive",
    "settle",
]
