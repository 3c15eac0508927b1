"""The staff screens' theme: names, colours, menu. Nobody is shown what they may not open."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BLUE = {
    "50": "#eff5fc", "100": "#dce9f8", "200": "#bdd6f2", "300": "#8fbae8", "400": "#5a97d9", "500": "#3679c6",
    "600": "#245fa9", "700": "#1d4d8a", "800": "#1b4273", "900": "#1b3860", "950": "#122440",
}  # fmt: skip


def stylesheet(request: HttpRequest) -> str:
    return static("cases/staff.css")


def own_passkeys(request: HttpRequest) -> str:
    return static("passkeys/desk.css")


def script(request: HttpRequest) -> str:
    return static("cases/staff.js")


def favicon(request: HttpRequest) -> str:
    return static("cases/favicon.svg")


def may_view(app: str, model: str) -> Callable[[HttpRequest], bool]:
    return lambda request: bool(request.user.has_perm(f"{app}.view_{model}"))


def listed(title: Promise, icon: str, app: str, model: str, **more: Any) -> dict[str, Any]:
    """A line of the menu that leads to the list of a model."""
    link = reverse_lazy(f"admin:{app}_{model}_changelist")
    return {"title": title, "icon": icon, "link": link, "permission": may_view(app, model), **more}


WAITING = {"badge": "apps.cases.admin.dashboard.badge", "badge_variant": "primary"}

MENU = [
    {
        "title": _("Cases"),
        "items": [
            {"title": _("Start"), "icon": "home", "link": reverse_lazy("admin:index")},
            listed(_("Queue of the post"), "inbox", "cases", "case", **WAITING),
            listed(_("Loss reports"), "report", "losses", "lossreport"),
            listed(_("Issuing authorities"), "apartment", "losses", "issuingauthority"),
            listed(_("Terms of certificates"), "timer", "losses", "certificateterm"),
        ],
    },
    {
        "title": _("Posts"),
        "items": [
            listed(_("Posts"), "account_balance", "posts", "post"),
            listed(_("Tariffs"), "price_change", "posts", "tariff"),
            listed(_("Fee waivers"), "money_off", "posts", "waiver"),
            listed(_("Officers"), "badge", "posts", "officer"),
        ],
    },
    {
        "title": _("Money"),
        "items": [
            listed(_("Payments"), "payments", "payments", "payment"),
            listed(_("Refunds"), "undo", "payments", "refund"),
            listed(_("Ledger accounts"), "menu_book", "ledger", "account"),
            listed(_("Ledger transactions"), "receipt_long", "ledger", "transaction"),
            listed(_("Notices of providers"), "mark_email_read", "payments", "inboundnotice"),
        ],
    },
    {
        "title": _("Accounts"),
        "items": [
            listed(_("Staff accounts"), "manage_accounts", "accounts", "officeruser"),
            listed(_("Passkeys"), "passkey", "passkeys", "passkey"),
            listed(_("Groups"), "group", "auth", "group"),
            listed(_("Citizens' accounts"), "person", "accounts", "user"),
            listed(_("Citizens"), "diversity_3", "accounts", "citizen"),
        ],
    },
    {
        "title": _("Operation"),
        "items": [
            listed(_("Messages"), "chat", "notifications", "message"),
            listed(_("Sending of messages"), "send", "notifications", "dispatch"),
            listed(_("Deliveries"), "sync", "outbox", "delivery"),
            listed(_("Audit"), "history_edu", "audit", "entry"),
            listed(_("Sealed batches"), "verified_user", "audit", "batch"),
        ],
    },
]

UNFOLD = {
    "SITE_TITLE": _("China Consular"),
    "SITE_HEADER": _("China Consular"),
    "SITE_SUBHEADER": _("Staff desk"),
    "SITE_SYMBOL": "shield_person",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "sizes": "any", "href": favicon}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "THEME": "light",
    "COLORS": {"primary": BLUE},
    "STYLES": [stylesheet, own_passkeys],
    "SCRIPTS": [script],
    "DASHBOARD_CALLBACK": "apps.cases.admin.dashboard.start",
    "SIDEBAR": {"show_search": False, "navigation": MENU},
}
