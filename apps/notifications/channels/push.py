"""Pushes: a line on a locked screen that says there is news. Nothing about anybody is in it."""

from types import ModuleType
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from apps.accounts.models import User
from apps.kernel.errors import Unavailable
from apps.notifications.channels import apns, fcm
from apps.notifications.channels.base import Uncertain, Undeliverable, channels
from apps.notifications.channels.wire import Gone
from apps.notifications.models import Dispatch, Message, PushToken
from apps.notifications.statuses import EVERYWHERE, PushService

CARRIERS: dict[str, ModuleType] = {PushService.FCM: fcm, PushService.APNS: apns}
KEPT_SECONDS = 24 * 60 * 60
"""How long the service goes on trying a phone that is switched off."""
MOST_DEVICES = 5


class Push:
    def reaches(self, user: User) -> bool:
        return bool(_tokens(user).exists())

    def send(self, dispatch: Dispatch) -> None:
        """To every device of the account but the one the message is about; one that takes it is enough.

        With at least one taken, those that could not be reached now are not tried again: a second round would push
        to the first one twice.
        """
        message = dispatch.message
        about = message.subject.removeprefix("device:")
        devices = [token for token in _tokens(message.user)[:MOST_DEVICES] if str(token.device_id) != about]
        note, taken, troubles = _note(message), False, list[Exception]()
        for token in devices:
            try:
                CARRIERS[token.service].send(token, note=note, reference=str(dispatch.pk))
                taken = True
            except Gone as gone:
                _bury(token, gone)
            except (Unavailable, Undeliverable) as trouble:
                troubles.append(trouble)
        if not taken:
            raise _gravest(troubles)


def _tokens(user: User) -> Any:
    """Those last seen first."""
    on = [name for name, carrier in CARRIERS.items() if carrier.is_on()]
    return PushToken.objects.of(user).live().filter(service__in=on).order_by("-refreshed_at")


def _gravest(troubles: list[Exception]) -> Exception:
    """A doubt outweighs a hope, a hope a refusal."""
    for kind in (Uncertain, Unavailable, Undeliverable):
        for trouble in troubles:
            if isinstance(trouble, kind):
                return trouble
    return Undeliverable("no_device")


def _bury(token: PushToken, gone: Gone) -> None:
    """Unless the device has registered anew since the service lost it."""
    found = PushToken.objects.filter(pk=token.pk, token=token.token)
    if gone.since is not None:
        found = found.filter(refreshed_at__lte=gone.since)
    found.update(invalid_at=timezone.now())


def _note(message: Message) -> dict[str, Any]:
    with override(message.language):
        title, body = _("China Consular"), _body(message)
    return {
        "title": title,
        "body": body,
        "message": str(message.pk),
        "subject": message.subject,
        "link": message.link,
        "seconds": KEPT_SECONDS,
    }


def _body(message: Message) -> str:
    if message.template in EVERYWHERE:
        return _("A new device has signed in to your account.")
    if message.mark:
        return _("There is news about your application %(mark)s.") % {"mark": f"…{message.mark}"}
    return _("You have a new message.")


channels.add("push", Push())
