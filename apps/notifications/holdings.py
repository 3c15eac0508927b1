from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.kernel.holdings import Holding, Sheet, Whose, holdings, sheet
from apps.notifications.models import ChannelPreference, Dispatch, Message, PushToken


def _told(whose: Whose) -> QuerySet[Message]:
    """About them, to whomever; and everything to accounts that exist for nobody else."""
    return Message.objects.filter(Q(subject__in=whose.subjects) | Q(user__in=whose.leaving))


def _export(whose: Whose) -> list[Sheet]:
    told, own = _told(whose), {"user__in": whose.leaving}
    return [
        sheet(told, "subject", "language", "title", "body", "sent_at", "read_at"),
        sheet(Dispatch.objects.filter(message__in=told), "channel", "status", "created_at", "sent_at"),
        sheet(ChannelPreference.objects.filter(**own), "order", "muted"),
        sheet(PushToken.objects.filter(device__user__in=whose.leaving), "service", "token", "created_at"),
    ]


def _erase(whose: Whose, at: datetime) -> None:
    PushToken.objects.filter(device__user__in=whose.leaving).delete()
    _told(whose).exclude(dedupe=farewell(whose)).delete()


def _release(whose: Whose, at: datetime) -> None:
    Message.objects.filter(user__in=whose.leaving).delete()
    ChannelPreference.objects.filter(user__in=whose.leaving).delete()


def farewell(whose: Whose) -> str:
    """The ``dedupe`` of the message that says that all else is gone."""
    return f"citizen:{whose.citizen}:erased"


holdings.add(
    "notifications",
    Holding(
        label=_("What we told you"),
        models=(Message, Dispatch, ChannelPreference, PushToken),
        export=_export,
        erase=_erase,
        release=_release,
    ),
)
