from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from apps.kernel.errors import TooLarge, Unknown
from apps.outbox.services import publish
from apps.payments.events import NoticeReceived
from apps.payments.models import InboundNotice
from apps.payments.providers.base import providers
from apps.payments.services.settling import apply
from apps.payments.statuses import Cause

LARGEST = 64 * 1024
"""Bytes in a notice."""


def receive(*, provider: str, headers: Mapping[str, str], body: bytes, at: datetime) -> None:
    """Keep a provider's notice. Only when this returns may it be acknowledged: then it cannot be lost any more.

    ``headers`` has lower-case names. Raises ``Unknown``, ``TooLarge``, ``Unauthenticated`` or ``Invalid``; nothing is
    kept then.
    """
    if provider not in providers:
        raise Unknown
    if len(body) > LARGEST:
        raise TooLarge
    adapter = providers[provider]
    notice = adapter.read(headers=headers, body=body, at=at)
    with transaction.atomic(durable=True):
        kept, is_new = InboundNotice.objects.get_or_create(
            provider=provider,
            dedupe_key=notice.id,
            defaults={
                "reference": notice.reference,
                "headers": {name: headers[name] for name in adapter.evidence if name in headers},
                "body": body,
                "received_at": at,
            },
        )
        if is_new:
            publish(NoticeReceived(notice=kept.pk))


@transaction.atomic
def process(*, notice: int, at: datetime) -> None:
    """Apply a kept notice once. It proves itself again, by the clock of the moment it came."""
    kept = InboundNotice.objects.select_for_update().get(pk=notice)
    if kept.processed_at:
        return
    said = providers[kept.provider].read(headers=kept.headers, body=bytes(kept.body), at=kept.received_at)
    kept.outcome = apply(provider=kept.provider, notice=said, at=at, cause=Cause.NOTICE)
    kept.processed_at = at
    kept.save(update_fields=["outcome", "processed_at"])
