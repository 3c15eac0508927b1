from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """Where a payment stands. ``unknown`` is not a failure: the provider may have the order, we could not hear."""

    CREATED = "created", _("Being prepared")
    UNKNOWN = "unknown", _("Being checked")
    AWAITING_PAYER = "awaiting_payer", _("Waiting for your payment")
    CLOSING = "closing", _("Being closed")
    CAPTURED = "captured", _("Paid")
    CLOSED = "closed", _("Closed without payment")


UNANSWERED = (Status.CREATED, Status.UNKNOWN)
"""The provider has not yet said that it took the order."""

LIVE = (*UNANSWERED, Status.AWAITING_PAYER)
"""One of these per payable at a time."""

OPEN = (*LIVE, Status.CLOSING)
"""Nothing final is known: keep asking."""


class Next(StrEnum):
    """What the payer can do about a payment now."""

    WAIT = "wait"
    PAY = "pay"
    PAY_AGAIN = "pay_again"
    DONE = "done"


NEXT = {
    Status.CREATED: Next.WAIT,
    Status.UNKNOWN: Next.WAIT,
    Status.AWAITING_PAYER: Next.PAY,
    Status.CLOSING: Next.WAIT,
    Status.CAPTURED: Next.DONE,
    Status.CLOSED: Next.PAY_AGAIN,
}

NEXT_LABELS = {
    Next.WAIT: _("Please wait a moment. We are asking the payment provider."),
    Next.PAY: _("Open the payment page and pay."),
    Next.PAY_AGAIN: _("Nothing was charged. You can start a new payment."),
    Next.DONE: _("Your payment has arrived. You need not do anything more here."),
}


class Cause(TextChoices):
    """What made a payment move."""

    API = "api", _("the payer")
    NOTICE = "notice", _("a notice of the provider")
    QUERY = "query", _("an answer of the provider")
    TIMER = "timer", _("the clock")


class Outcome(TextChoices):
    """What became of a notice."""

    SETTLED = "settled", _("agrees with the payment")
    QUARANTINED = "quarantined", _("contradicts the payment: a person must look")
    UNKNOWN_REFERENCE = "unknown_reference", _("about no payment of ours")


class RefundStatus(TextChoices):
    OWED = "owed", _("Owed to the payer")


class Reason(TextChoices):
    """Why money goes back."""

    SURPLUS = "surplus", _("paid twice")
    UNUSABLE = "unusable", _("came too late to be used")
