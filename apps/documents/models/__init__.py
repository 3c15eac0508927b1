from apps.documents.models.files import QUARANTINE, File, FileQuerySet
from apps.documents.models.issues import LAST_NUMBER, Issue, IssueQuerySet, Series, folder_of, key_of
from apps.documents.models.keys import CitizenKey

__all__ = [
    "LAST_NUMBER",
    "QUARANTINE",
    "CitizenKey",
    "File",
    "FileQuerySet",
    "Issue",
    "IssueQuerySet",
    "Series",
    "folder_of",
    "key_of",
]
