"""Text messages: that there is news and where to read it. The words are the company's approved template."""

from datetime import datetime

from apps.accounts.models import User
from apps.notifications.channels.base import Found, Uncertain, Undeliverable, channels
from apps.notifications.models import Dispatch, Message
from apps.sms import services
from apps.sms.gateways import base as gateway
from apps.sms.gateways.base import Receipt


class Sms:
    def reaches(self, user: User) -> bool:
        return bool(user.phone) and services.is_available()

    def send(self, dispatch: Dispatch) -> None:
        to = dispatch.message.user.phone
        if not to:
            raise Undeliverable("no_number")
        if dispatch.tried_at and self.ask(dispatch, dispatch.tried_at) == Found.TAKEN:
            return  # what was in doubt has arrived: it is not said twice
        template, facts = _wording(dispatch.message)
        try:
            services.send(to=to, template=template, facts=facts, reference=str(dispatch.pk))
        except gateway.Uncertain as doubt:
            raise Uncertain(doubt.code) from None
        except gateway.Undeliverable as refusal:
            raise Undeliverable(refusal.code) from None

    def ask(self, dispatch: Dispatch, at: datetime) -> Found:
        to = dispatch.message.user.phone
        if not to:
            return Found.LOST
        receipt = services.find(to=to, reference=str(dispatch.pk), at=at)
        if receipt is None:
            return Found.UNSEEN
        return Found.LOST if receipt == Receipt.FAILED else Found.TAKEN


def _wording(message: Message) -> tuple[str, dict[str, str]]:
    """The template of this very message where one is approved; else that an application, or something, has news.

    No name, number or reason: it passes through companies and lights up locked screens.
    """
    own = f"{message.template}.{message.language}"
    if services.knows(own):
        return own, {}
    if message.mark:
        return f"news.{message.language}", {"mark": message.mark}
    return f"notice.{message.language}", {}


channels.add("sms", Sms())
