"""The verbs of files and of issued documents."""

from apps.documents.services.files import (
    clean_file,
    complete,
    content,
    discard_original,
    expect,
    purge,
    read_address,
)
from apps.documents.services.issues import (
    discard_drafts,
    mark_issued,
    pdf_address,
    reserve,
    store_paper,
    void,
    void_subject,
)

__all__ = [
    "clean_file",
    "complete",
    "content",
    "discard_drafts",
    "discard_original",
    "expect",
    "mark_issued",
    "pdf_address",
    "purge",
    "read_address",
    "reserve",
    "store_paper",
    "void",
    "void_subject",
]
