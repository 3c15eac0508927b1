"""Quote, open, settle, ask, give back: every change of a payment or refund. Nothing else writes their ``status``."""

from apps.payments.services.asking import (
    conclude,
    conclude_refund,
    conclude_sighted,
    expire,
    learn,
    poll,
    poll_refunds,
)
from apps.payments.services.circuit import through
from apps.payments.services.merchants import approve_merchant, end_merchant, install_merchant, propose_merchant
from apps.payments.services.mismatch import Mismatch
from apps.payments.services.notices import LARGEST, process, receive
from apps.payments.services.opening import abandon, doubt, offer, open_payment, ways
from apps.payments.services.quoting import quote
from apps.payments.services.refunds import approve_refund, mark_unusable, reject_refund, request_refund
from apps.payments.services.returning import give_back, settle_refund, transfer
from apps.payments.services.settling import apply, settle

__all__ = [
    "LARGEST",
    "Mismatch",
    "abandon",
    "apply",
    "approve_merchant",
    "approve_refund",
    "conclude",
    "conclude_refund",
    "conclude_sighted",
    "doubt",
    "end_merchant",
    "expire",
    "give_back",
    "install_merchant",
    "learn",
    "mark_unusable",
    "offer",
    "open_payment",
    "poll",
    "poll_refunds",
    "process",
    "propose_merchant",
    "quote",
    "receive",
    "reject_refund",
    "request_refund",
    "settle",
    "settle_refund",
    "through",
    "transfer",
    "ways",
]
