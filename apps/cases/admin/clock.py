"""Times as an officer reads them: on the clock of the post, with the place beside it; and how a deadline presses."""

from datetime import date, datetime, timedelta

from django.db.models import TextChoices
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.cases.models import Case
from apps.cases.statuses import PROMISED, Face
from apps.posts.models import Post

NOTHING = "–"


class Pressure(TextChoices):
    OVERDUE = "overdue", _("Overdue")
    SOON = "soon", _("Due soon")


def clock(at: datetime | None, post: Post) -> str:
    """``2026-11-23 14:30 (Paris)``; the same order in both languages, so that nobody mistakes month and day."""
    return f"{post.local(at):%Y-%m-%d %H:%M} ({post.city})" if at else NOTHING


def clock_tag(at: datetime | None, post: Post) -> SafeString | str:
    """The same for a page; the element tells programs the exact moment."""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), clock(at, post)) if at else NOTHING


def day(on: date | None) -> str:
    return on.isoformat() if on else NOTHING


def promised(case: Case) -> date | None:
    """The day the citizen was told; none while the clock stands still or the document is made (R22, R33).

    ``due_on`` is not it: that one never moves, so that a resubmitted case keeps its place (R30).
    """
    return case.expected_on if case.status in PROMISED else None


def pressure(case: Case, at: datetime) -> Pressure | None:
    by_when, today = promised(case), case.post.today(at)
    if by_when is None:
        return None
    if by_when < today:
        return Pressure.OVERDUE
    return Pressure.SOON if by_when <= today + timedelta(days=1) else None


def waiting(case: Case, at: datetime) -> str:
    """How long the citizen has been waiting since submission, in days of the post's calendar."""
    if case.submitted_at is None or case.state.face is Face.DONE:
        return NOTHING
    days = (case.post.today(at) - case.post.today(case.submitted_at)).days
    return ngettext("%d day", "%d days", days) % days
