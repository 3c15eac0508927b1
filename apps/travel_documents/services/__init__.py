"""The verbs of a travel document application."""

from apps.travel_documents.services.apply import apply, revise
from apps.travel_documents.services.issue import issue

__all__ = ["apply", "issue", "revise"]
