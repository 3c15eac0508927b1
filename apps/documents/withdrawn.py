from datetime import datetime, timedelta

from apps.documents.models import Issue
from apps.kernel.withdrawn import withdrawn

A_DAY = timedelta(days=1)


def void_numbers(at: datetime) -> list[str]:
    """Also of those that were never handed out: a draft may have been sealed.

    A day longer than printed: somewhere it is still the last one.
    """
    return list(Issue.objects.void().filter(expires_on__gte=at.date() - A_DAY).values_list("number", flat=True))


withdrawn.add("documents", void_numbers)
