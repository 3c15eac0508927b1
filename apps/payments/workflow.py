"""Payments.md 7.2 and 7.6. Only what a company told us in a verified way is final."""

from apps.kernel.workflow import By, Move, Workflow
from apps.payments.statuses import LIVE, OPEN, UNANSWERED, RefundStatus, Status

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

_ASKED = (RefundStatus.SUBMITTED, RefundStatus.ACCEPTED)

REFUNDS = Workflow(
    RefundStatus.REQUESTED,
    #    move        from                                 to                      by
    Move("approve",  RefundStatus.REQUESTED,              RefundStatus.APPROVED,  By.OFFICER),
    Move("reject",   RefundStatus.REQUESTED,              RefundStatus.REJECTED,  By.OFFICER),
    Move("submit",   RefundStatus.APPROVED,               RefundStatus.SUBMITTED, By.SYSTEM),
    Move("accept",   RefundStatus.SUBMITTED,              RefundStatus.ACCEPTED,  By.SYSTEM),
    # the payer's account is closed or the like: a person decides
    Move("strand",   _ASKED,                              RefundStatus.ABNORMAL,  By.SYSTEM),
    Move("close",    (*_ASKED, RefundStatus.ABNORMAL),    RefundStatus.CLOSED,    By.SYSTEM),
    Move("succeed",  (*_ASKED, RefundStatus.ABNORMAL),    RefundStatus.SUCCEEDED, By.SYSTEM),
    # by the post's bank, where the company cannot
    Move("transfer", (RefundStatus.APPROVED, RefundStatus.ABNORMAL), RefundStatus.SUCCEEDED, By.OFFICER),
)  # fmt: skip
