"""The verbs of this app."""

from apps.losses.services.certificates import certify, expires_on
from apps.losses.services.finding import hand_in, report_found
from apps.losses.services.freezing import report
from apps.losses.services.history import Earlier, earlier_losses
from apps.losses.services.issuers import authority_of, declare_void, notice_paper, notify_issuer, send_notice

__all__ = [
    "Earlier",
    "authority_of",
    "certify",
    "declare_void",
    "earlier_losses",
    "expires_on",
    "hand_in",
    "notice_paper",
    "notify_issuer",
    "report",
    "report_found",
    "send_notice",
]
