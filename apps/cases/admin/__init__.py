"""The officer's desk: a queue, one review page per case, and a start page. Buttons come from the workflow table."""

from apps.cases.admin.case import CaseAdmin

__all__ = ["CaseAdmin"]
