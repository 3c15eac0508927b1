"""The verbs of a case. Call them as ``services.move(...)``."""

from apps.cases.services.facts import facts
from apps.cases.services.fees import is_fee_due, pay, quote
from apps.cases.services.move import move
from apps.cases.services.open import open_case
from apps.cases.services.papers import attach, detach

__all__ = ["attach", "detach", "facts", "is_fee_due", "move", "open_case", "pay", "quote"]
