"""The verbs of a case. Call them as ``services.move(...)``."""

from apps.cases.services.changes import PAGE, changes, note_change
from apps.cases.services.deficiencies import asked_for, visible_before
from apps.cases.services.facts import facts
from apps.cases.services.fees import is_fee_due, pay, quote, ways_to_pay
from apps.cases.services.holding import is_held_by_another, keep
from apps.cases.services.lapsing import lapse, remind
from apps.cases.services.move import move
from apps.cases.services.open import open_case
from apps.cases.services.papers import attach, detach
from apps.cases.services.parcel import can_be_reopened
from apps.cases.services.planning import plan_of
from apps.cases.services.presence import look_at
from apps.cases.services.preview import Preview, preview
from apps.cases.services.take import take_next
from apps.cases.services.taking_up import take_up
from apps.cases.services.telling import tell_about

__all__ = [
    "PAGE",
    "Preview",
    "asked_for",
    "attach",
    "can_be_reopened",
    "changes",
    "detach",
    "facts",
    "is_fee_due",
    "is_held_by_another",
    "keep",
    "lapse",
    "look_at",
    "move",
    "note_change",
    "open_case",
    "pay",
    "plan_of",
    "preview",
    "quote",
    "remind",
    "take_next",
    "take_up",
    "tell_about",
    "visible_before",
    "ways_to_pay",
]
