"""The staff screens' theme: names, colours, menu. What only a superuser may open is shown to no one else."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

BLUE = {
    "50": "#eff5fc", "100": "#dce9f8", "200": "#bdd6f2", "300": "#8fbae8", "400": "#5a97d9", "500": "#3679c6",
    "600": "#245fa9", "700": "#1d4d8a", "800": "#1b4273", "900": "#1b3860", "950": "#122440",
}  # fmt: skip


def stylesheet(request: HttpRequest) -> str:
    return static("cases/staff.css")


def favicon(request: HttpRequest) -> str:
    return static("cases/favicon.svg")


def sees_cases(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("cases.view_case"))


def is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_superuser)


UNFOLD = {
    "SITE_TITLE": _("China Consular"),
    "SITE_HEADER": _("China Consular"),
    "SITE_SUBHEADER": _("Staff desk"),
    "SITE_SYMBOL": "shield_person",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "THEME": "light",
    "COLORS": {"primary": BLUE},
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "sizes": "any", "href": favicon}],
    "STYLES": [stylesheet],
    "DASHBOARD_CALLBACK": "apps.cases.admin.dashboard.start",
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": _("Cases"),
                "items": [
                    {"title": _("Start"), "icon": "home", "link": reverse_lazy("admin:index")},
                    {
                        "title": _("Queue of the post"),
                        "icon": "inbox",
                        "link": reverse_lazy("admin:cases_case_changelist"),
                        "permission": sees_cases,
                        "badge": "apps.cases.admin.dashboard.badge",
                        "badge_variant": "primary",
                    },
                ],
            },
        ],
    },
}
