"""Who is written to, and with what."""

import itertools
from datetime import UTC, datetime, timedelta

from apps.accounts.models import Device, User
from apps.notifications import services, wishes
from apps.notifications.models import Message, PushToken

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FACTS = {
    "number": "PAR20261123000017",
    "post": "中国驻法国大使馆",
    "status": "待取证",
    "amount": 1600,
    "amount_due": 1600,
    "currency": "EUR",
    "deadline_on": "2026-12-07",
    "expected_on": "2026-11-27",
    "reasons": "照片不清楚\n缺少国籍声明",
    "note": "请在白色背景前重新拍照。",
    "link": "/cases/8c15bd34",
    "asked_on": "2026-11-20",
    "new_post": "中国驻马赛总领馆",
    "tracking": "XY123456789FR",
    "certificate": "护照遗失证明",
    "until_on": "2026-12-31",
    "erased_on": "2026-11-23",
    "kept": "收费记录：十五年",
    "helper": "王强",
    "person": "李小明",
    "rights": "查看、申请",
    "device": "Pixel 9",
    "added_at": "2026-11-23T13:30:00+00:00",
}
"""Everything a template may say."""


def person(**facts) -> User:
    known = {"email": "na@example.com", "language": "en", "time_zone": "Europe/Paris"}
    return User.objects.create_user(**{**known, **facts})


DEVICES = itertools.count(1)


def device_of(user, name="Pixel 9") -> Device:
    return Device.objects.create(
        user=user, token_sha256=f"{next(DEVICES):064x}", name=name, language="en",
        created_at=AT, last_seen_at=AT, trusted_at=AT, trusted_by="first", expires_at=datetime.now(UTC) + timedelta(days=1),
    )  # fmt: skip


def registered(user, token, *, service="fcm") -> PushToken:
    """A phone of theirs that takes pushes."""
    return wishes.register(device=device_of(user), service=service, token=token, at=AT)


def told(user, *, template="collected", dedupe="1", at=AT, **facts) -> Message:
    return services.tell(
        user=user, template=template, subject="case:8c15bd34", facts={**FACTS, **facts}, at=at, dedupe=dedupe
    )
