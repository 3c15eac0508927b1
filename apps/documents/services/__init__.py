"""The verbs of files and of issued documents."""

from apps.documents.services.files import (
    clean_file,
    content,
    discard,
    discard_objects,
    discard_original,
    purge,
)
from apps.documents.services.issues import (
    discard_drafts,
    mark_issued,
    reserve,
    store_paper,
    void,
    void_subject,
)
from apps.documents.services.keys import destroy_key, rewrap
from apps.documents.services.reading import Found, Opened, open_content, pdf, pdf_address, read_address, shelves
from apps.documents.services.uploads import announced, complete, expect, receive

__all__ = [
    "Found",
    "Opened",
    "announced",
    "clean_file",
    "complete",
    "content",
    "destroy_key",
    "discard",
    "discard_drafts",
    "discard_objects",
    "discard_original",
    "expect",
    "mark_issued",
    "open_content",
    "pdf",
    "pdf_address",
    "purge",
    "read_address",
    "receive",
    "reserve",
    "rewrap",
    "shelves",
    "store_paper",
    "void",
    "void_subject",
]
