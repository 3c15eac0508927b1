"""Which channel a message takes, and which it takes next (ADR 10)."""

from apps.accounts.models import User
from apps.notifications.channels.base import channels
from apps.notifications.events import DispatchQueued
from apps.notifications.models import ChannelPreference, Dispatch, Message
from apps.notifications.statuses import EVERYWHERE, REPEATABLE
from apps.outbox.services import publish

ORDER = ("push", "sms", "email")
RECORD = "email"
"""Written besides, whatever else carries the message: what a person can keep and show."""


def begin(message: Message) -> None:
    """The first channel that reaches the person, and the record."""
    ways = [way for way in order_of(message) if channels[way].reaches(message.user)]
    if message.template not in EVERYWHERE:
        ways = [way for place, way in enumerate(ways) if place == 0 or way == RECORD]
    for way in ways:
        _owe(message, way)


def go_on(dispatch: Dispatch) -> None:
    """This channel has ended and the person is not told: the next one, unless one is at it already."""
    if way := next_after(dispatch):
        _owe(dispatch.message, way)


def next_after(dispatch: Dispatch) -> str | None:
    """The first later channel that reaches the person and has not been tried; None while a later one still may."""
    message = dispatch.message
    order = order_of(message)
    place = order.index(dispatch.channel) + 1 if dispatch.channel in order else 0
    known = dict(message.dispatches.values_list("channel", "status"))
    for way in order[place:]:
        if way in known and known[way] not in REPEATABLE:
            return None
        if way not in known and channels[way].reaches(message.user):
            return way
    return None


def order_of(message: Message) -> list[str]:
    """The person's own order without what they muted; whatever they have not placed comes last."""
    wish = preference_of(message.user)
    muted = set() if message.template in EVERYWHERE else set(wish.muted)
    return [way for way in wish.order if way in channels and way not in muted]


def preference_of(user: User) -> ChannelPreference:
    """What the person chose, or what everyone has to begin with."""
    wish = ChannelPreference.objects.filter(user=user).first() or ChannelPreference(user=user, order=[], muted=[])
    wish.order = [*wish.order, *(way for way in ORDER if way not in wish.order)]
    return wish


def _owe(message: Message, way: str) -> None:
    """Once per message and channel, whoever asks for it at the same time."""
    dispatch, is_new = Dispatch.objects.get_or_create(message=message, channel=way)
    if is_new:
        publish(DispatchQueued(dispatch=str(dispatch.pk)))
