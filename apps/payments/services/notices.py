from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.kernel.errors import TooLarge
from apps.outbox.services import publish
from apps.payments import sealing
from apps.payments.events import NoticeReceived
from apps.payments.models import InboundNotice, Merchant
from apps.payments.providers.base import providers
from apps.payments.services.settling import apply
from apps.payments.statuses import Cause

LARGEST = 64 * 1024
"""Bytes in a notice."""


def receive(*, merchant: Merchant, headers: Mapping[str, str], body: bytes, at: datetime) -> tuple[int, bytes]:
    """Keep a company's notice; answers how to acknowledge it. Only now may that be done: it cannot be lost any more.

    ``headers`` has lower-case names. ``merchant`` only says whose keys prove it. Raises ``Unknown``, ``TooLarge``,
    ``Unauthenticated`` or ``Invalid``; nothing is kept then.
    """
    provider = providers[merchant.provider]
    if len(body) > LARGEST:
        raise TooLarge
    said = provider.read(merchant, headers=headers, body=body, at=at)
    if said:
        facts = {
            "reference": said.reference,
            "headers": {name: headers[name] for name in provider.evidence if name in headers},
            "received_at": at,
        }
        _keep(merchant, said.id, body, facts)
    return provider.acknowledgement


@transaction.atomic(durable=True)
def _keep(merchant: Merchant, dedupe_key: str, body: bytes, facts: dict[str, Any]) -> None:
    facts |= {"sealed_body": sealing.seal(body)}
    kept, is_new = InboundNotice.objects.get_or_create(merchant=merchant, dedupe_key=dedupe_key, defaults=facts)
    if is_new:
        publish(NoticeReceived(notice=kept.pk))


@transaction.atomic
def process(*, notice: int, at: datetime) -> None:
    """Apply a kept notice once. It proves itself again, by the clock of the moment it came."""
    waiting = InboundNotice.objects.select_for_update(of=("self",)).select_related("merchant")
    kept = waiting.get(pk=notice)
    if kept.processed_at:
        return
    merchant = kept.merchant
    read = providers[merchant.provider].read
    said = read(merchant, headers=kept.headers, body=kept.body, at=kept.received_at)
    if said:
        kept.outcome = apply(merchant=merchant, said=said, at=at, cause=Cause.NOTICE)
    kept.processed_at = at
    kept.save(update_fields=["outcome", "processed_at"])
