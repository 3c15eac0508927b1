"""Send a text message, and ask what became of one."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from apps.kernel.errors import Unavailable
from apps.sms.gateways.base import Gateway, Receipt, Text, Undeliverable, gateways


def is_available() -> bool:
    """Whether text messages can leave this installation."""
    return bool(settings.SMS_URL)


def knows(template: str) -> bool:
    """Whether the company has approved a template under this name, ``notice.en`` for instance."""
    return template in settings.SMS_TEMPLATES


def send(*, to: str, template: str, facts: Mapping[str, str], reference: str) -> None:
    """Hand one text message over. ``to`` in E.164; ``reference`` is ours and the same on every attempt.

    Does not look for an earlier attempt: whoever repeats an unclear one asks ``find`` first. Raises
    ``kernel.errors.Unavailable`` when nothing left, ``gateways.base.Undeliverable`` or ``Uncertain``.
    """
    if not knows(template):
        raise Undeliverable("no_template")
    _gateway().send(Text(to=to, template=settings.SMS_TEMPLATES[template], facts=facts, reference=reference))


def find(*, to: str, reference: str, at: datetime) -> Receipt | None:
    """What became of the message with this reference, handed over about ``at``. Raises ``Unavailable``."""
    return _gateway().find(to=to, reference=reference, at=at)


def _gateway() -> Gateway:
    if not settings.SMS_URL:
        raise Unavailable(code="sms_off")
    return gateways[settings.SMS_URL.partition("://")[0]](settings.SMS_URL)
