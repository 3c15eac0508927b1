from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

UNFOLD = {
    "SITE_TITLE": _("China Consular"),
    "SITE_HEADER": _("China Consular"),
    "SITE_SUBHEADER": _("Staff desk"),
    "SITE_SYMBOL": "shield_person",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": _("Cases"),
                "items": [
                    {
                        "title": _("Queue of the post"),
                        "icon": "inbox",
                        "link": reverse_lazy("admin:cases_case_changelist"),
                    },
                ],
            },
        ],
    },
}
