from apps.cases.models.cases import ALPHABET, Case, CaseQuerySet, new_number
from apps.cases.models.history import Attachment, Change, Presence, Step
from apps.cases.models.holder import Holder

__all__ = [
    "ALPHABET",
    "Attachment",
    "Case",
    "CaseQuerySet",
    "Change",
    "Holder",
    "Presence",
    "Step",
    "new_number",
]
