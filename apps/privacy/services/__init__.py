"""A copy of somebody's data, who opened it, and its end."""

from apps.privacy.services.accesses import Access, accesses
from apps.privacy.services.archive import archive
from apps.privacy.services.erasing import erase, release, replay, request_erasure
from apps.privacy.services.exporting import export_address, latest, prepare, purge, request_export
from apps.privacy.services.outlook import Outlook, kept, outlook
from apps.privacy.services.whose import whose_of

__all__ = [
    "Access",
    "Outlook",
    "accesses",
    "archive",
    "erase",
    "export_address",
    "kept",
    "latest",
    "outlook",
    "prepare",
    "purge",
    "release",
    "replay",
    "request_erasure",
    "request_export",
    "whose_of",
]
