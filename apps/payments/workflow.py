"""Payments.md 7.2. Only what a provider told us in a verified way leads to ``captured`` or ``closed``."""

from apps.kernel.workflow import By, Move, Workflow
from apps.payments.statuses import LIVE, OPEN, UNANSWERED, Status

WORKFLOW = Workflow(
    Status.CREATED,
    #    move        from                      to                      by
    Move("doubt",    Status.CREATED,           Status.UNKNOWN,         By.SYSTEM),
    Move("offer",    UNANSWERED,               Status.AWAITING_PAYER,  By.SYSTEM),
    Move("give_up",  LIVE,                     Status.CLOSING,         By.SYSTEM),
    Move("close",    OPEN,                     Status.CLOSED,          By.SYSTEM),
    # a payer who was faster than our close has paid all the same
    Move("capture",  (*OPEN, Status.CLOSED),   Status.CAPTURED,        By.SYSTEM),
)  # fmt: skip
