"""The first page after signing in: what is waiting, and the way to it."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.cases.admin import desk
from apps.cases.admin.clock import clock, day, pressure, promised, waiting
from apps.cases.admin.desk import Tab
from apps.cases.admin.labels import pressure_label, status_label, urgency_label
from apps.cases.models import Case
from apps.posts.models import Post

SHOWN = 5


def start(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's ``DASHBOARD_CALLBACK``. Whoever may not see cases gets the page without them."""
    user = cast("User", request.user)
    context["title"] = _("Start")
    if not user.has_perm("cases.view_case"):
        return context
    cases = desk.in_sight(user)
    queue = cases.queue().select_related("citizen", "post")
    return {
        **context,
        "post": (post := Post.objects.of_officer(user).first()),
        "clock": clock(now(), post) if post else "",
        "counts": [
            {"tab": tab.value, "label": tab.label, "count": desk.count(desk.on(tab, cases, user))}
            for tab in (Tab.WAITING, Tab.MINE, Tab.MISSING, Tab.CITIZEN)
        ],
        "oldest": [_line(case) for case in queue[:SHOWN]],
    }


def _line(case: Case) -> dict[str, Any]:
    at = now()
    return {
        "case": case,
        "status": status_label(case),
        "urgency": urgency_label(case),
        "expected": day(promised(case)),
        "pressure": pressure_label(pressure(case, at)),
        "waiting": waiting(case, at),
    }


def badge(request: HttpRequest) -> str:
    """How many are waiting, for the menu."""
    user = cast("User", request.user)
    return desk.count(desk.in_sight(user).queue()) if user.has_perm("cases.view_case") else ""
