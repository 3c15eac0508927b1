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


class Channel(TextChoices):
    """Where the payer pays; every company has its own words for these."""

    PAGE = "page", _("In the browser")
    """A page of the company: WeChat H5, Alipay wap, UnionPay front, a hosted page for cards."""
    APP = "app", _("In the app")
    """Parameters for the company's SDK, which the app hands over."""
    QR = "qr", _("By scanning a code")
    """The text of a code that another phone scans: on a screen at the counter, on a friend's pay link."""
    JSAPI = "jsapi", _("Inside WeChat")
    """A page or mini program within the company's own app; needs the payer's ``openid`` there."""


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
    BILL = "bill", _("a bill of the provider")
    TIMER = "timer", _("the clock")
    OFFICER = "officer", _("an officer")


class Outcome(TextChoices):
    """What became of a notice."""

    SETTLED = "settled", _("agrees with the payment")
    QUARANTINED = "quarantined", _("contradicts the payment: a person must look")
    UNKNOWN_REFERENCE = "unknown_reference", _("about no payment of ours")


class RefundStatus(TextChoices):
    """Where a refund stands. Only the company's proven word leads to ``succeeded``, ``abnormal`` or ``closed``."""

    REQUESTED = "requested", _("Waits for approval")
    REJECTED = "rejected", _("Not approved")
    APPROVED = "approved", _("Owed to the payer")
    SUBMITTED = "submitted", _("Being checked")
    ACCEPTED = "accepted", _("On its way to the payer")
    SUCCEEDED = "succeeded", _("Given back")
    ABNORMAL = "abnormal", _("The payer's account did not take it")
    CLOSED = "closed", _("Refused by the payment company")


OWED = (RefundStatus.APPROVED, RefundStatus.SUBMITTED, RefundStatus.ACCEPTED, RefundStatus.ABNORMAL)
"""The payment reserves it: a named liability."""

DEAD = (RefundStatus.REJECTED, RefundStatus.CLOSED)
"""Nothing was given back, and nothing will be under this number."""


class Source(TextChoices):
    """Who wanted a refund."""

    SYSTEM = "system", _("a rule")
    OFFICER = "officer", _("an officer")
    COMPANY = "company", _("the payment company")


class Reason(TextChoices):
    """Why money goes back."""

    SURPLUS = "surplus", _("paid twice")
    UNUSABLE = "unusable", _("came too late to be used")
    NOT_DELIVERED = "not_delivered", _("the service was not delivered")
    MISTAKE = "mistake", _("a mistake of the post")
    GOODWILL = "goodwill", _("goodwill")
    CONSOLE = "console", _("begun at the payment company")
    DISPUTE = "dispute", _("disputed by the payer")


BY_RULE = (Reason.SURPLUS, Reason.UNUSABLE)
"""Approved by nobody: the rule is the approval."""
BY_OFFICER = (Reason.NOT_DELIVERED, Reason.MISTAKE, Reason.GOODWILL)
