"""Signed letters of one page, in both languages: certificates for citizens, notices to other authorities.

Doors: ``make``, ``loss_letter``, ``progress_letter``, ``notice_letter``.
It must not know cases, keys or storage.
"""

from apps.documents.letters.certificates import loss_letter, progress_letter
from apps.documents.letters.letter import NUMBERS_BEGIN_WITH, Both, Letter, Origin, Person, make
from apps.documents.letters.notice import notice_letter

__all__ = [
    "NUMBERS_BEGIN_WITH",
    "Both",
    "Letter",
    "Origin",
    "Person",
    "loss_letter",
    "make",
    "notice_letter",
    "progress_letter",
]
