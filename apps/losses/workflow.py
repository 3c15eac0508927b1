"""What staff may do with a lost passport, and with one that turned up (R20, R21)."""

from django.utils.translation import gettext_lazy as _

from apps.kernel.workflow import By, Move, Workflow
from apps.losses.statuses import FoundStatus, Status

NOTIFY, DECLARE, HAND_IN = "losses.notify_issuer", "losses.declare_void", "losses.hand_in"

WORKFLOW = Workflow(
    Status.FROZEN,
    Move("notify_issuer", Status.FROZEN,          Status.ISSUER_NOTIFIED, By.OFFICER, NOTIFY, label=_("Notify the issuing authority")),
    Move("notify_issuer", Status.ISSUER_NOTIFIED, Status.ISSUER_NOTIFIED, By.OFFICER, NOTIFY, label=_("Remind the issuing authority")),
    Move("declare_void",  Status.ISSUER_NOTIFIED, Status.VOID,            By.OFFICER, DECLARE, label=_("Record that it was declared void")),
)  # fmt: skip
"""A void passport stays void: nothing leads out of it."""

FOUND = Workflow(
    FoundStatus.FOUND,
    Move("hand_in", FoundStatus.FOUND, FoundStatus.HANDED_IN, By.OFFICER, HAND_IN, label=_("Take in the found passport")),
)  # fmt: skip
