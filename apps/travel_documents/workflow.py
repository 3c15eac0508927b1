"""The life of a travel document application (domain, section 4; R30-R32)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.cases.statuses import Receipt, Status
from apps.kernel.workflow import By, Move, Workflow
from apps.posts.models import ChargePolicy, Delivery

DECIDE = "travel_documents.decide"

BEFORE_DECISION = (
    Status.SUBMITTED,
    Status.PRELIMINARY_REVIEW,
    Status.INFO_REQUESTED,
    Status.ISSUER_VERIFICATION,
    Status.FINAL_REVIEW,
)
UNDER_REVIEW = (Status.SUBMITTED, Status.PRELIMINARY_REVIEW)
RETURNABLE = (
    Status.PRELIMINARY_REVIEW,
    Status.INFO_REQUESTED,
    Status.ISSUER_VERIFICATION,
    Status.PAYMENT_DUE,
    Status.PRODUCTION,
    Status.READY_TO_COLLECT,
    Status.READY_TO_SHIP,
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


def to_be_shipped(case: Any) -> bool:
    return bool(case.delivery == Delivery.SHIP)


def unanswered(case: Any) -> bool:
    """The applicant has said nothing yet about whether it came."""
    return not case.receipt


def unconfirmed(case: Any) -> bool:
    """Only the post says that it came: that can be a mistake."""
    return bool(case.receipt != Receipt.CONFIRMED)


WORKFLOW = Workflow(
    Status.DRAFT,
    #    move        from                        to                        by
    Move("submit",   Status.DRAFT,               Status.PAYMENT_DUE,       By.APPLICANT, needs=(complete,), given=paid_first, label=_("Submit")),
    Move("submit",   Status.DRAFT,               Status.SUBMITTED,         By.APPLICANT, needs=(complete,), label=_("Submit")),
    Move("claim",    Status.SUBMITTED,           Status.PRELIMINARY_REVIEW, By.OFFICER, DECIDE, label=_("Claim")),
    Move("take_over", Status.PRELIMINARY_REVIEW, Status.PRELIMINARY_REVIEW, By.OFFICER, DECIDE, private=True, label=_("Take over")),
    Move("release",  Status.PRELIMINARY_REVIEW,  Status.PRELIMINARY_REVIEW, By.OFFICER, DECIDE, private=True, label=_("Back to the queue")),
    Move("ask",      Status.PRELIMINARY_REVIEW,  Status.INFO_REQUESTED,    By.OFFICER, DECIDE, asks="deficiencies", label=_("Ask for materials")),
    Move("answer",   Status.INFO_REQUESTED,      Status.PRELIMINARY_REVIEW, By.APPLICANT, needs=(complete,), label=_("Send again")),
    Move("approve",  Status.PRELIMINARY_REVIEW,  Status.PAYMENT_DUE,       By.OFFICER, DECIDE, needs=(complete,), given=paid_on_approval, label=_("Approve")),
    Move("approve",  Status.PRELIMINARY_REVIEW,  Status.PRODUCTION,        By.OFFICER, DECIDE, needs=(complete,), label=_("Approve")),
    Move("propose_refusal", Status.PRELIMINARY_REVIEW, Status.FINAL_REVIEW, By.OFFICER, DECIDE, asks="grounds", private=True, label=_("Propose refusal")),
    Move("take_over", Status.FINAL_REVIEW,       Status.FINAL_REVIEW,      By.OFFICER, DECIDE, private=True, label=_("Take over")),
    Move("release",  Status.FINAL_REVIEW,        Status.FINAL_REVIEW,      By.OFFICER, DECIDE, private=True, label=_("Back to the queue")),
    Move("refuse",   Status.FINAL_REVIEW,        Status.REFUSED,           By.OFFICER, DECIDE, label=_("Refuse")),
    Move("send_back", Status.FINAL_REVIEW,       Status.PRELIMINARY_REVIEW, By.OFFICER, DECIDE, private=True, label=_("Back to review")),
    Move("ask_issuer", Status.PRELIMINARY_REVIEW, Status.ISSUER_VERIFICATION, By.OFFICER, DECIDE, label=_("Wait for the issuing authority")),
    Move("hear_issuer", Status.ISSUER_VERIFICATION, Status.PRELIMINARY_REVIEW, By.OFFICER, DECIDE, label=_("The issuing authority answered")),
    Move("hear_issuer", Status.ISSUER_VERIFICATION, Status.PRELIMINARY_REVIEW, By.SYSTEM, label=_("The issuing authority answered")),
    Move("transfer", UNDER_REVIEW,               Status.SUBMITTED,         By.OFFICER, DECIDE, asks="transfers", wants=("post",), private_note=True, label=_("Transfer to another post")),
    Move("return",   RETURNABLE,                 Status.RETURNED,          By.OFFICER, DECIDE, asks="returns", label=_("Return")),
    Move("pay",      Status.PAYMENT_DUE,         Status.SUBMITTED,         By.SYSTEM, given=paid_first, label=_("Fee received")),
    Move("pay",      Status.PAYMENT_DUE,         Status.PRODUCTION,        By.SYSTEM, label=_("Fee received")),
    Move("pay",      Status.READY_TO_COLLECT,    Status.READY_TO_COLLECT,  By.SYSTEM, label=_("Fee received")),
    Move("pay",      Status.READY_TO_SHIP,       Status.READY_TO_SHIP,     By.SYSTEM, label=_("Fee received")),
    Move("issue",    Status.PRODUCTION,          Status.READY_TO_SHIP,     By.SYSTEM, given=to_be_shipped, label=_("Document issued")),
    Move("issue",    Status.PRODUCTION,          Status.READY_TO_COLLECT,  By.SYSTEM, label=_("Document issued")),
    Move("hand_over", Status.READY_TO_COLLECT,   Status.COLLECTED,         By.OFFICER, DECIDE, needs=(fee,), label=_("Hand over")),
    Move("ship",     Status.READY_TO_SHIP,       Status.SHIPPED,           By.OFFICER, DECIDE, needs=(fee,), wants=("tracking",), label=_("Ship")),
    Move("hand_over", Status.READY_TO_SHIP,      Status.COLLECTED,         By.OFFICER, DECIDE, needs=(fee,), label=_("Hand over")),
    Move("receive",  Status.SHIPPED,             Status.DELIVERED,         By.APPLICANT, label=_("I have it")),
    Move("receive",  Status.SHIPPED,             Status.DELIVERED,         By.OFFICER, DECIDE, label=_("Delivered")),
    Move("report_missing", Status.SHIPPED,       Status.SHIPPED,           By.APPLICANT, given=unanswered, label=_("It has not come")),
    Move("report_missing", Status.DELIVERED,     Status.DELIVERED,         By.APPLICANT, given=unanswered, label=_("It has not come")),
    Move("take_back", Status.DELIVERED,          Status.SHIPPED,           By.OFFICER, DECIDE, given=unconfirmed, label=_("Not delivered after all")),
    Move("lose",     Status.SHIPPED,             Status.LOST_IN_MAIL,      By.OFFICER, DECIDE, label=_("Lost in the mail")),
    Move("reissue",  Status.LOST_IN_MAIL,        Status.PRODUCTION,        By.SYSTEM, label=_("Make it again")),
    Move("lapse",    Status.INFO_REQUESTED,      Status.LAPSED,            By.SYSTEM, label=_("Not answered in time")),
    Move("lapse",    Status.PAYMENT_DUE,         Status.LAPSED,            By.SYSTEM, label=_("Not paid in time")),
    Move("withdraw", Status.DRAFT,               Status.WITHDRAWN,         By.APPLICANT, label=_("Withdraw")),
    Move("withdraw", Status.PAYMENT_DUE,         Status.WITHDRAWN,         By.APPLICANT, given=paid_first, label=_("Withdraw")),
    Move("withdraw", BEFORE_DECISION,            Status.WITHDRAWN,         By.APPLICANT, label=_("Withdraw")),
)  # fmt: skip
