"""The life of a travel document application (domain, section 4; R30-R32)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.cases.statuses import Status
from apps.kernel.workflow import By, Move, Workflow
from apps.posts.models import ChargePolicy

DECIDE = "travel_documents.decide"

BEFORE_DECISION = (Status.SUBMITTED, Status.PRELIMINARY_REVIEW, Status.INFO_REQUESTED)
RETURNABLE = (
    Status.PRELIMINARY_REVIEW,
    Status.INFO_REQUESTED,
    Status.PAYMENT_DUE,
    Status.PRODUCTION,
    Status.READY_TO_COLLECT,
)
"""The way out of whatever goes no further: an officer ends the case, and what was paid is owed back."""


def complete(case: Any) -> str | None:
    return "application" if case.procedure.problems(case) else None


def fee(case: Any) -> str | None:
    return None if case.fee_settled_at else "fee"


def paid_first(case: Any) -> bool:
    """Before submission the post's policy counts, afterwards the one the case was submitted under."""
    return bool((case.charge_policy or case.post.charge_policy) == ChargePolicy.ON_SUBMIT)


def paid_on_approval(case: Any) -> bool:
    return bool(case.charge_policy == ChargePolicy.ON_APPROVAL and not case.fee_settled_at)


WORKFLOW = Workflow(
    Status.DRAFT,
    #    move        from                        to                        by
    Move("submit",   Status.DRAFT,               Status.PAYMENT_DUE,       By.APPLICANT, needs=(complete,), given=paid_first, label=_("Submit")),
    Move("submit",   Status.DRAFT,               Status.SUBMITTED,         By.APPLICANT, needs=(complete,), label=_("Submit")),
    Move("claim",    Status.SUBMITTED,           Status.PRELIMINARY_REVIEW, By.OFFICER, DECIDE, label=_("Claim")),
    Move("ask",      Status.PRELIMINARY_REVIEW,  Status.INFO_REQUESTED,    By.OFFICER, DECIDE, asks="deficiencies", label=_("Ask for materials")),
    Move("answer",   Status.INFO_REQUESTED,      Status.PRELIMINARY_REVIEW, By.APPLICANT, needs=(complete,), label=_("Send again")),
    Move("approve",  Status.PRELIMINARY_REVIEW,  Status.PAYMENT_DUE,       By.OFFICER, DECIDE, needs=(complete,), given=paid_on_approval, label=_("Approve")),
    Move("approve",  Status.PRELIMINARY_REVIEW,  Status.PRODUCTION,        By.OFFICER, DECIDE, needs=(complete,), label=_("Approve")),
    Move("refuse",   Status.PRELIMINARY_REVIEW,  Status.REFUSED,           By.OFFICER, DECIDE, asks="grounds", label=_("Refuse")),
    Move("return",   RETURNABLE,                 Status.RETURNED,          By.OFFICER, DECIDE, asks="returns", label=_("Return")),
    Move("pay",      Status.PAYMENT_DUE,         Status.SUBMITTED,         By.SYSTEM, given=paid_first, label=_("Fee received")),
    Move("pay",      Status.PAYMENT_DUE,         Status.PRODUCTION,        By.SYSTEM, label=_("Fee received")),
    Move("pay",      Status.READY_TO_COLLECT,    Status.READY_TO_COLLECT,  By.SYSTEM, label=_("Fee received")),
    Move("issue",    Status.PRODUCTION,          Status.READY_TO_COLLECT,  By.SYSTEM, label=_("Document issued")),
    Move("hand_over", Status.READY_TO_COLLECT,   Status.COLLECTED,         By.OFFICER, DECIDE, needs=(fee,), label=_("Hand over")),
    Move("withdraw", Status.DRAFT,               Status.WITHDRAWN,         By.APPLICANT, label=_("Withdraw")),
    Move("withdraw", Status.PAYMENT_DUE,         Status.WITHDRAWN,         By.APPLICANT, given=paid_first, label=_("Withdraw")),
    Move("withdraw", BEFORE_DECISION,            Status.WITHDRAWN,         By.APPLICANT, label=_("Withdraw")),
)  # fmt: skip
